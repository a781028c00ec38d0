"""The log of a run is read while it grows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.train.chart_drawing import Look, draw_chart, draw_small
from tui.train.figures import format_figures
from tui.train.log import FIGURES, RunLog
from tui.train.plot import X_AXES, Y_AXES, make_curves


def step_line(step: int, epoch: float, loss: float) -> str:
    figures = {"units_per_second": 5.0, "gradient_norm": 0.5, "remaining": 3.0}
    event = {"event": "step", "step": step, "epoch": epoch, "train_loss": loss, **figures}
    return json.dumps(event)


def test_a_log_is_read_as_it_grows(tmp_path: Path) -> None:
    log, file = RunLog(tmp_path), tmp_path / "metrics.jsonl"
    assert not log.read()
    lines = [
        '{"event": "started", "parameters": 5, "unit": "characters"}',
        step_line(10, 0.5, 2.0),
        "damaged",
        '{"event": "evaluated", "epoch": 0.5, "loss": 1.5}',
        '{"event": "sampled", "text": "abc"}',
        '{"event": "step", "step": 15, "epoch": "?", "train_loss": 1.0}',
        step_line(20, 1.0, 1.0),
    ]
    data = "".join(f"{line}\n" for line in lines)
    for start in range(0, len(data), 7):
        with file.open("a") as out:
            out.write(data[start : start + 7])
        log.read()
    assert log.train == [(0.5, 2.0), (1.0, 1.0)]
    assert log.norms == [(0.5, 0.5), (1.0, 0.5)]
    assert "pass 1.00, train 1.0000 nats" in format_figures(log)
    assert log.validation == [(0.5, 1.5)]
    assert (log.best, log.sample, log.state) == (1.5, "abc", "training")
    file.write_text(f"{lines[0]}\n")  # resumed from the beginning
    assert log.read()
    assert (log.train, log.best) == ([], None)


HUGE = "9" * 400


@pytest.mark.parametrize("number", [HUGE, f"-{HUGE}", "9" * 5000, "1e999", "NaN", '"x"', "[]"])
@pytest.mark.parametrize("name", ["parameters", *FIGURES, "loss", "step"])
def test_no_number_of_a_log_is_too_long(tmp_path: Path, name: str, number: str) -> None:
    kept = '{"event": "evaluated", "epoch": 0.5, "loss": 1.5}'
    events: list[dict[str, object]] = [
        {"event": "started", "parameters": 5, "unit": "characters"},
        json.loads(step_line(10, 1.0, 2.0)),
        {"event": "evaluated", "epoch": 1.0, "loss": 1.7},
    ]
    changed = [{**event, name: "?"} if name in event else event for event in events]
    lines = [json.dumps(event).replace('"?"', number) for event in changed]
    (tmp_path / "metrics.jsonl").write_text("".join(f"{line}\n" for line in [kept, *lines]))
    log = RunLog(tmp_path)
    assert log.read()
    assert log.best == 1.5
    assert max(map(len, format_figures(log).splitlines()), default=0) < 300
    for x_axis in X_AXES:
        for y_axis in Y_AXES:
            curves = [make_curves(log, "run", "A", 0, x_axis, 100)]
            draw_chart(curves, 60, 12, Look(["red"] * 8, "dim"), (x_axis, y_axis))
    draw_small(log.norms, 40, 6, ("red", "dim"), 1.0)
