"""`charlm curves`: the losses of runs of any kind, drawn and as figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_models import write_run

from charlm.runs.files import METRICS
from charlm.training.events import Evaluated, Finished
from charlm.training.log import LogWriter


def write_log(run: Path, losses: list[float], **metrics: float) -> None:
    write_run(run)
    log = LogWriter(run / METRICS, step=0, evaluated=True)
    for number, loss in enumerate(losses, 1):
        event = Evaluated(
            step=10 * number,
            epoch=float(number),
            loss=loss,
            train_loss=loss / 2,
            best=True,
            metrics={"loss": loss, **metrics},
        )
        log(event)
    log.close()


def test_the_figures_are_those_of_the_logs(charlm: Any) -> None:
    write_log(Path("runs/one"), [3.0, 2.0, 1.5])
    write_log(Path("runs/two"), [0.7, 0.6], accuracy=0.75)
    ended = charlm("curves", "runs/one", "runs/two", "runs/one", "--json")
    assert (ended.code, ended.err) == (0, "")
    one, two = json.loads(ended.out)["runs"]  # named twice, drawn once
    assert one == {
        "name": "runs/one",
        "epochs": [1, 2, 3],
        "train_loss": [1.5, 1, 0.75],
        "validation_loss": [3, 2, 1.5],
        "accuracy": [],
    }
    assert two["accuracy"] == [0.75, 0.75]


def test_they_are_drawn_in_the_terminal_and_into_a_file(charlm: Any) -> None:
    write_log(Path("runs/one"), [3.0, 2.0, 1.5])
    ended = charlm("curves", "runs/one", "--png", "curves.png")
    assert ended.code == 0
    assert "runs/one" in ended.out
    assert "loss in nats" in ended.out
    assert any(
        "\N{BRAILLE PATTERN BLANK}" < one <= "\N{BRAILLE PATTERN DOTS-12345678}"
        for one in ended.out
    )
    assert Path("curves.png").read_bytes().startswith(b"\x89PNG")
    assert ended.err == "written: curves.png\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "which run? name one or more run folders"),
        (("runs/none",), "runs/none"),
        (("runs/new",), "runs/new has logged no evaluation to draw"),
        (("runs/lost",), "runs/lost: no figure to draw, the training diverged"),
        (("runs/one", "--png", "missing"), "missing is a folder; name a file"),
    ],
)
def test_what_cannot_be_drawn_is_a_line(charlm: Any, arguments: Any, line: str) -> None:
    write_log(Path("runs/one"), [3.0])
    write_run(Path("runs/new"))
    write_log(Path("runs/lost"), [3.0])
    lost = LogWriter(Path("runs/lost") / METRICS, step=10, evaluated=True)
    lost(Finished(step=10, reason="diverged", best_loss=3.0, elapsed=1.0, clipped=0.0))
    lost.close()
    Path("missing").mkdir()
    ended = charlm("curves", *arguments)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert line in ended.err
