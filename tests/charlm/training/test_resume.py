"""A training that was interrupted, by whatever, ends as if it had never been."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from training_helpers import (
    STEPS_PER_PASS,
    Result,
    last_step,
    request,
    result,
    resume,
    short_text,
    start,
    trained,
    trained_until,
)

from charlm.runs.files import LAST, METRICS
from charlm.training.events import Evaluated, Event
from charlm.training.log import read_events
from charlm.training.session import Training

pytestmark = pytest.mark.long

END = 2 * STEPS_PER_PASS
EVALUATIONS = (15, 30, 45, 60, END)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What the training of `request` comes to."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARLM_CACHE", str(folder / "cache"))
        trained(start(request(short_text(folder), folder / "run")))
    return result(folder / "run")


def assert_each_step_is_logged_once(run: Path) -> None:
    keys = [(event["event"], event["step"]) for event in result(run).logged]
    assert len(keys) == len(set(keys))
    assert [step for kind, step in keys if kind == "evaluated"] == list(EVALUATIONS)
    assert [step for _, step in keys] == sorted(step for _, step in keys)


@pytest.mark.wide
@pytest.mark.parametrize(
    ("cell", "precision"), [("rnn", "fp32"), ("gru", "bf16"), ("lstm", "fp32"), ("lstm", "bf16")]
)
def test_many_stops_change_no_bit(text: Path, cell: str, precision: str) -> None:
    """Stops before the first step, within passes, where passes meet, at evaluations, at the end."""
    whole, parts = Path("whole"), Path("parts")
    trained(start(request(text, whole, cell=cell, precision=precision)))
    trained_until(0, start, request(text, parts, cell=cell, precision=precision))
    for step in (1, 2, 14, 15, 16, 30, 32, STEPS_PER_PASS, STEPS_PER_PASS + 1, 45, 50, END):
        trained_until(step, resume, parts)
        assert last_step(parts) == step
    trained(resume(parts))
    assert result(parts) == result(whole)
    assert_each_step_is_logged_once(parts)


@pytest.mark.wide(2)
@pytest.mark.parametrize("step", [1, 15, 22, STEPS_PER_PASS, END - 1])
def test_one_stop_changes_no_bit(text: Path, uninterrupted: Result, step: int) -> None:
    parts = Path("parts")
    trained_until(step, start, request(text, parts))
    trained(resume(parts))
    assert result(parts) == uninterrupted


def crash(text: Path, run: Path, crashes: Callable[[Training, Event], bool]) -> None:
    """Train with a save at every step, and leave the training at the event at which it crashes."""
    with start(request(text, run, save_seconds=0.0)) as training:
        for event in training.events():
            if crashes(training, event):
                break


def test_a_crash_after_a_save_by_the_clock_changes_no_bit(
    text: Path, uninterrupted: Result
) -> None:
    """What was done and logged since the last save is done again, and logged once."""

    def crashes(training: Training, event: Event) -> bool:
        if event.step == 37:
            training.trainer.config = training.trainer.config.replace({"save_seconds": 1e6})
        return event.step == 50

    parts = Path("parts")
    crash(text, parts, crashes)
    saved = last_step(parts)
    assert 37 <= saved < 50
    assert max(event["step"] for event in read_events(parts)) == 50
    trained(resume(parts))
    assert result(parts) == uninterrupted


def test_a_crash_during_the_last_evaluation_does_not_log_it_twice(
    text: Path, uninterrupted: Result
) -> None:
    """The last step may have been saved by the clock, before its evaluation was."""
    parts = Path("parts")
    crash(text, parts, lambda _, event: isinstance(event, Evaluated) and event.step == END)
    assert last_step(parts) == END
    trained(resume(parts))
    assert result(parts) == uninterrupted
    assert_each_step_is_logged_once(parts)


@pytest.mark.parametrize("cut", [1, 20])
def test_a_torn_last_line_is_dropped(text: Path, uninterrupted: Result, cut: int) -> None:
    parts = Path("parts")
    trained_until(37, start, request(text, parts))
    log = parts / METRICS
    with log.open("ab") as file:
        file.write(b'{"event": "step", "step": 40, "epoch": 1.2}\n'[:-cut])
    trained(resume(parts))
    assert result(parts) == uninterrupted
    for line in log.read_text().splitlines():
        json.loads(line)


def test_a_finished_run_goes_on_when_it_is_given_more_passes(text: Path) -> None:
    run = Path("run")
    trained(start(request(text, run)))
    assert trained(resume(run))[-1].step == END
    before = list(read_events(run))
    events = trained(resume(run, changes={"epochs": 3}))
    assert events[0].step == END
    assert events[-1].step == 3 * STEPS_PER_PASS
    assert list(read_events(run))[: len(before)] == before
    assert json.loads((run / "config.json").read_text())["training"]["epochs"] == 3
    assert trained(resume(run))[-1].step == 3 * STEPS_PER_PASS


def test_what_killed_processes_left_behind_is_removed_and_nothing_else(text: Path) -> None:
    run = Path("run")
    trained_until(3, start, request(text, run))
    token = "0123456789abcdef"
    left = [run / f".model.safetensors.{token}.tmp"]
    left.append((run / LAST).with_name(f".checkpoint.safetensors.{token}.tmp"))
    own = [run / ".notes.tmp", run / f".notes.{token}.tmp", run / ".model.safetensors.0123.tmp"]
    for path in (*left, *own):
        path.write_bytes(b"half a file")
        os.utime(path, (0, 0))
    trained(resume(run))
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in own)
