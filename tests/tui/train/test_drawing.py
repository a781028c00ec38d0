"""Charts are drawn as wide and as high as there is room, with marks and labels that are whole."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len
from training_logs import make_config, write_log

from tui.train.chart_drawing import BEST, BY_HEART, Look, draw_chart, draw_small
from tui.train.gradient_panel import find_clipped_share
from tui.train.log import RunLog
from tui.train.marks import LETTERS, Marks
from tui.train.plot import (
    X_AXES,
    Y_AXES,
    Curves,
    average,
    make_curves,
    read_at,
    thin_out,
)

LOOK = Look([f"color({at})" for at in range(8)], "dim")


@pytest.fixture
def curves(tmp_path: Path) -> list[Curves]:
    made = []
    for look, (name, best, passes) in enumerate((("mine", 1.465, 25), ("mine-2", 1.552, 14))):
        log = RunLog(write_log(tmp_path / name, make_config(), best=best, passes=passes))
        log.read()
        made.append(make_curves(log, name, LETTERS[look], look, "passes", 200))
    return made[::-1]


@pytest.mark.parametrize("axes", [(x, y) for x in X_AXES for y in Y_AXES])
@pytest.mark.parametrize("size", [(1, 1), (14, 4), (56, 4), (58, 6), (76, 14), (196, 40)])
def test_a_chart_fits_its_room(
    curves: list[Curves], size: tuple[int, int], axes: tuple[str, str]
) -> None:
    width, height = size
    lines = draw_chart(curves, width, height, LOOK, axes, cursor=3.0).lines  # type: ignore[arg-type]
    assert len(lines) == height
    assert all(cell_len(line.plain) <= max(width, 20) for line in lines)


def test_labels_are_whole_and_letters_stand_at_the_curves(curves: list[Curves]) -> None:
    text = "\n".join(line.plain for line in draw_chart(curves, 76, 14, LOOK).lines)
    assert "A mine 1.465" in text
    assert "B mine-2 1.552" in text
    assert BY_HEART in text
    assert text.count(BEST) == 2
    assert text.count("A") == text.count("B") == 2  # at its start, and at its end


def test_one_point_is_drawn(tmp_path: Path) -> None:
    folder = write_log(tmp_path / "short", passes=1, steps=1, end=None)
    log = RunLog(folder)
    log.read()
    text = "\n".join(
        line.plain
        for line in draw_chart([make_curves(log, "s", "", 0, "passes", 99)], 60, 9, LOOK).lines
    )
    assert "s 1." in text
    (folder / "metrics.jsonl").write_text(json.dumps({"event": "started"}) + "\n")
    draw_small([], 40, 5, ("red", "dim"), None)


def test_long_curves_are_thinned_to_their_means() -> None:
    x, y = np.arange(100_000.0), np.ones(100_000)
    y[::2] = 3.0
    points = thin_out(x, y, 150)
    assert len(points) == 150
    assert {round(value, 2) for _, value in points} <= {1.99, 2.0, 2.01}
    assert thin_out(np.array([1.0, 2.0, 3.0]), np.array([math.nan, 1e300, 5.0]), 9) == [(3.0, 5.0)]
    assert average([1.0, 3.0, 5.0, 7.0], 2) == [2.0, 6.0]


def test_values_are_read_at_the_cursor() -> None:
    points = [(1.0, 5.0), (2.0, 4.0)]
    assert [read_at(points, x) for x in (0.5, 1.0, 1.9, 2.0, 9.0)] == [None, 5.0, 5.0, 4.0, 4.0]


def test_a_run_keeps_its_letter() -> None:
    marks = Marks(["x", "y", 3])
    assert marks.list_drawn("z") == [("x", "A"), ("y", "B"), ("z", "C")]
    assert marks.list_drawn("x") == [("y", "B"), ("x", "A")]
    marks.toggle("x")
    assert marks.list_drawn("x") == [("y", "B"), ("x", "A")]
    assert marks.list_drawn(None) == [("y", "B")]
    marks.rename("y", "w")
    marks.keep({"w"})
    assert marks.letters == {"w": "B"}
    assert Marks("damaged").list_drawn("only") == [("only", "")]
    full = Marks([str(at) for at in range(20)])
    assert len(full.letters) == len(LETTERS)
    assert not full.toggle("more")


def test_the_share_of_clipped_steps(tmp_path: Path) -> None:
    log = RunLog(write_log(tmp_path / "mine"))
    assert find_clipped_share(log) is None
    log.read()
    assert find_clipped_share(log) == pytest.approx(14 / 250 / 4)
