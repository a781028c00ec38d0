from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from charlm.drawing.braille import draw
from charlm.drawing.panels import Line, Panel
from charlm.drawing.picture import draw_panels, save_picture
from charlm.experiments.curves import Curve, make_panels, read_curve
from charlm.runs.files import METRICS
from corpora.errors import UserError

NAN = math.nan


def drawn(curves: list[Curve], width: int, height: int, **options: Any) -> Text:
    return draw(make_panels(curves), [one.name for one in curves], width, height, **options)


def save_curves(curves: list[Curve], path: Path, **options: Any) -> None:
    names = [one.name for one in curves]
    save_picture(draw_panels(make_panels(curves), names, **options), path)


def evaluated(step: int, **fields: Any) -> dict[str, Any]:
    usual = {"epoch": step / 10, "loss": 0.5, "train_loss": 0.6, "metrics": {"accuracy": 0.8}}
    return {"event": "evaluated", "step": step, **usual, **fields}


def log(folder: Path, *events: Any, end: bytes = b"") -> Path:
    lines = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    (folder / METRICS).write_bytes(lines + end)
    return folder


def run(name: str, evaluations: int = 12, offset: float = 0.0, accuracy: bool = True) -> Curve:
    epochs = [0.5 * (index + 1) for index in range(evaluations)]
    decay = [math.exp(-epoch) for epoch in epochs]
    return Curve(
        name,
        epochs,
        [0.1 + 0.5 * d + offset for d in decay],
        [0.3 + 0.4 * d + offset for d in decay],
        [0.9 - 0.3 * d - offset for d in decay] if accuracy else [],
    )


def runs(count: int, **about: Any) -> list[Curve]:
    return [run(f"run {index}", offset=0.02 * index, **about) for index in range(count)]


def test_the_curve_of_a_log(tmp_path: Path) -> None:
    events = [
        {"event": "started", "step": 0},
        {"event": "step", "step": 5, "epoch": 0.5, "train_loss": 0.9},
        evaluated(10, loss=0.6),
        {"event": "sampled", "step": 10, "text": "evaluated"},
        evaluated(20, loss=0.4, train_loss=0.3, metrics={"accuracy": 0.9}),
    ]
    cut = json.dumps(evaluated(30)).encode()[:-9]
    found = read_curve("a", log(tmp_path, *events, end=b"\xff\n[7]\n" + cut))
    assert found == Curve("a", [1.0, 2.0], [0.6, 0.3], [0.6, 0.4], [0.8, 0.9])


@pytest.mark.parametrize("metrics", [{}, None, [], {"accuracy": None}, {"accuracy": "0.9"}])
def test_a_run_may_have_no_accuracy(tmp_path: Path, metrics: Any) -> None:
    found = read_curve("a", log(tmp_path, evaluated(10, metrics=metrics)))
    assert found == Curve("a", [1.0], [0.6], [0.5], [])


def test_figures_that_are_missing_are_nan(tmp_path: Path) -> None:
    found = read_curve(
        "a",
        log(tmp_path, evaluated(10, train_loss=None), evaluated(20, metrics={})),
    )
    assert found.train_loss == pytest.approx([NAN, 0.6], nan_ok=True)
    assert found.accuracy == pytest.approx([0.8, NAN], nan_ok=True)


@pytest.mark.parametrize("loss", [None, "x", True, [], NAN, math.inf, 10**400, -1e300])
def test_an_evaluation_without_a_loss_does_not_count(tmp_path: Path, loss: Any) -> None:
    odd = evaluated(20, loss=loss)
    assert read_curve("a", log(tmp_path, odd, evaluated(10), odd)).epochs == [1.0]
    with pytest.raises(UserError, match="no evaluation"):
        read_curve("a", log(tmp_path, odd))


@pytest.mark.parametrize("epoch", [None, "x", NAN, {}])
def test_the_epoch_follows_from_the_steps_where_it_is_not_said(tmp_path: Path, epoch: Any) -> None:
    step = {"event": "step", "step": 20, "epoch": 0.5}
    odd = evaluated(40, epoch=epoch)
    cut = {"event": "step", "step": 40, "epoch": None}
    assert read_curve("a", log(tmp_path, odd, step, cut)).epochs == [1.0]
    many = [{**step, "step": 20_000_000}, evaluated(40_000_000, epoch=epoch)]
    assert read_curve("a", log(tmp_path, *many)).epochs == [1.0]
    for useless in ({}, {**step, "step": 0}, {**step, "epoch": None}):
        with pytest.raises(UserError, match="no evaluation"):
            read_curve("a", log(tmp_path, odd, useless))


def test_what_a_resumed_run_repeats_counts_once(tmp_path: Path) -> None:
    events = [evaluated(step, loss=step / 100) for step in (10, 20, 30, 20, 30, 40)]
    found = read_curve("a", log(tmp_path, *events))
    assert found.epochs == [1.0, 2.0, 3.0, 4.0]
    assert found.validation_loss == [0.1, 0.2, 0.3, 0.4]


def test_a_folder_without_a_log_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere has logged no evaluation"):
        read_curve("a", tmp_path / "nowhere")


ODD = [
    [run("lone", 1)],
    [run("no accuracy", accuracy=False), run("some")],
    [Curve("gaps", [1.0, 2.0, 3.0], [NAN, NAN, 0.5], [0.5, 0.5, 0.5], [NAN, 0.7, NAN])],
    [Curve("flat at the start", [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 1.0])],
    [Curve("large", [1e-9, 1e6], [1e6, -1e6], [1e6, 1e-9], [1e-300, 1.0])],
    [run("$\\frac{}$ 評価 🎉 \x1b[31m\n" + "long " * 40), run("_hidden"), run("[bold]")],
]


@pytest.mark.wide(3)
@pytest.mark.parametrize("curves", [runs(1), runs(8), runs(11), *ODD])
def test_a_png_has_the_size_that_is_said(tmp_path: Path, curves: list[Curve]) -> None:
    save_curves(curves, tmp_path / "new" / "a.png", title="all $ of \\them")
    data = (tmp_path / "new" / "a.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert data.endswith(b"IEND\xaeB`\x82")
    assert struct.unpack(">II", data[16:24]) == (1650, 720)


def test_without_accuracy_a_png_is_narrower(tmp_path: Path) -> None:
    save_curves(runs(2, accuracy=False), tmp_path / "a.png")
    assert struct.unpack(">II", (tmp_path / "a.png").read_bytes()[16:24]) == (900, 720)


@pytest.mark.long
def test_drawing_leaves_no_state_and_importing_loads_no_matplotlib(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from charlm.experiments.curves import Curve, make_panels
import charlm.drawing.braille, charlm.drawing.colored_text, charlm.drawing.heat
import seq.imdb.commands.compare, seq.scan.commands.compare, seq.scan.commands.translate
assert "matplotlib" not in sys.modules
import matplotlib
before = matplotlib.rcParams.copy()
from charlm.drawing.picture import draw_panels, save_picture
panels = make_panels([Curve("a", [1.0], [1.0], [1.0], [])])
save_picture(draw_panels(panels, ["a"]), Path(sys.argv[1]))
assert matplotlib.rcParams.copy() == before
assert "matplotlib.pyplot" not in sys.modules
"""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-W", "error", "-c", program, str(tmp_path / "a.png")]
    subprocess.run(command, cwd=root, check=True)


def test_a_png_that_cannot_be_written_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"a\.png"):
        save_curves(runs(1), tmp_path / "file" / "a.png")


@pytest.mark.parametrize("curves", [runs(1), runs(5), runs(8), runs(11), *ODD])
@pytest.mark.parametrize(("width", "height"), [(30, 30), (80, 40), (81, 37), (110, 26), (163, 30)])
def test_a_drawing_fits_and_names_every_run(curves: list[Curve], width: int, height: int) -> None:
    text = drawn(curves, width, height)
    lines = text.plain.split("\n")
    assert max(map(cell_len, lines)) <= width
    assert len(lines) == height
    assert "\x1b" not in text.plain
    assert "passes over the training data" in lines[-1]
    assert "loss in nats" in text.plain
    for each in curves:
        assert each.name[:10] in text.plain


def test_a_small_drawing_takes_what_it_needs() -> None:
    lines = drawn(runs(2), 10, 1).plain.split("\n")
    assert max(map(cell_len, lines)) <= 30
    assert len(lines) == 1 + 2 * (4 + 3) + 1


def rendered(text: Text, **options: Any) -> str:
    console = Console(width=80, force_terminal=True, color_system="truecolor", **options)
    with console.capture() as capture:
        console.print(text, end="")
    return capture.get()


def test_colours_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    curves = runs(3)
    colored, plain = drawn(curves, 80, 30), drawn(curves, 80, 30, color=False)
    assert plain.plain == colored.plain
    assert "\x1b" in rendered(colored)
    assert rendered(plain) == plain.plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert rendered(colored) == plain.plain


def test_runs_differ_by_marker_and_by_colour() -> None:
    text = drawn(runs(8), 80, 40)
    legend = text.plain[: text.plain.index("loss")]
    markers = [word for word in legend.split() if not word.isalnum()]
    assert len(set(markers)) == 8
    assert len({str(span.style) for span in text.spans if span.style}) == 8
    for marker in markers:
        assert text.plain.count(marker) > 5


def test_points_stand_where_their_figures_are() -> None:
    falling = Curve("a", [1.0, 2.0, 3.0, 4.0], [], [1.0, 0.75, 0.5, 0.0], [])
    lines = drawn([falling], 60, 18, color=False).plain.split("\n")
    inside = [line[line.index(mark) :] for line in lines for mark in "┤│" if mark in line]
    found = [(line.index("●"), row) for row, line in enumerate(inside) if "●" in line]
    assert found == sorted(found), "from the upper left to the lower right"
    assert len(found) == 4
    assert found[0][1] == 0
    assert found[-1] == (len(max(inside, key=len)) - 1, len(inside) - 1)
    columns = [column for column, _ in found]
    assert max(columns) == pytest.approx(4 * min(columns), abs=4)
    assert lines[2].startswith("1.0┤")
    assert lines[1 + len(inside)].startswith("0.0┤")


def test_axes_take_any_range_and_cut_lines_off_at_its_ends() -> None:
    line = Line(0, [(-100.0, -100.0), (100.0, 100.0)], dashed=False)
    panel = Panel("diagonal", "x", "y", [line], x_range=(-2.0, 2.0), y_range=(-1.0, 1.0))
    lines = draw([panel], ["a"], 60, 20, color=False).plain.split("\n")
    assert {"-2", "2"} <= set(lines[-2].split())
    inside = [row.split("┤")[-1].split("│")[-1] for row in lines if "┤" in row or "│" in row]
    marked = [(row, len(text) - len(text.lstrip())) for row, text in enumerate(inside) if text]
    # The line y = x crosses the panel from its left quarter, below, to its right quarter, above.
    assert [row for row, _ in marked] == list(range(len(inside)))
    columns = [column for _, column in marked]
    assert columns == sorted(columns, reverse=True)
    width = max(map(len, inside))
    assert columns[-1] == pytest.approx(width / 3, abs=3)


def test_what_is_outside_of_a_range_is_not_drawn() -> None:
    points = [(0.0, 5.0), (1.0, 7.0)]
    panel = Panel("nothing", "x", "y", [Line(0, points)], x_range=(2.0, 3.0), y_range=(0.0, 1.0))
    lines = draw([panel], ["a"], 60, 20, color=False).plain.split("\n")
    inside = [row.split("┤")[-1].split("│")[-1] for row in lines if "┤" in row or "│" in row]
    assert not any(map(str.strip, inside))
