"""What a training is resumed from: nothing in it that does not fit reaches torch."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from training_helpers import (
    STEPS_PER_PASS,
    last_step,
    request,
    resume,
    short_text,
    start,
    trained,
    trained_until,
)

from charlm.runs.files import LAST, MODEL
from charlm.runs.tensors import read_tensors, write_tensors
from charlm.training.events import Evaluated, Finished, Step
from charlm.training.position import Position
from charlm.training.request import Hooks, Request
from charlm.training.session import start as open_training
from corpora.errors import UserError

Arrays = dict[str, np.ndarray]


@pytest.fixture
def stopped(once: Callable[..., Path]) -> Path:
    """The folder of a training that was stopped; each test has a copy."""

    def make(folder: Path) -> None:
        trained_until(20, start, request(short_text(folder.parent), folder / "run"))

    return Path(shutil.copytree(once("stopped", make) / "run", "run")).absolute()


def rewrite(run: Path, change: Callable[[Arrays], object]) -> None:
    """Change the tensors of a checkpoint, and sign them: a stranger can do that."""
    arrays, metadata = read_tensors(run / LAST)
    change(arrays)
    del metadata["sha256"]
    write_tensors(run / LAST, arrays, metadata)


def rewrite_state(run: Path, **changes: Any) -> None:
    arrays, metadata = read_tensors(run / LAST)
    state = json.loads(metadata["state"]) | changes
    write_tensors(run / LAST, arrays, {"signed": metadata["signed"], "state": json.dumps(state)})


CHANGES: dict[str, Callable[[Arrays], object]] = {
    "a smaller moment": lambda a: a.update({"optimizer.1.exp_avg": np.zeros(1, np.float32)}),
    "a moment without dimensions": lambda a: a.update(
        {"optimizer.0.exp_avg_sq": np.array(0.0, np.float32)}
    ),
    "a moment in halves": lambda a: a.update(
        {"optimizer.0.exp_avg": a["optimizer.0.exp_avg"].astype(np.float16)}
    ),
    "a moment transposed": lambda a: a.update(
        {"optimizer.0.exp_avg": np.ascontiguousarray(a["optimizer.0.exp_avg"].T)}
    ),
    "a step that is a list": lambda a: a.update({"optimizer.0.step": np.zeros(3, np.float32)}),
    "a moment of a parameter that is not there": lambda a: a.update(
        {"optimizer.99.exp_avg": a["optimizer.0.exp_avg"]}
    ),
    "a key that AdamW has not": lambda a: a.update({"optimizer.0.more": np.zeros(1)}),
    "a number that is none": lambda a: a.update({"optimizer.x.exp_avg": np.zeros(1)}),
    "a weight of another shape": lambda a: a.update({"model.output.bias": np.zeros(3, np.float32)}),
    "a weight in doubles": lambda a: a.update(
        {"model.output.bias": a["model.output.bias"].astype(np.float64)}
    ),
    "a weight that is missing": lambda a: a.pop("model.output.bias"),
    "a weight more": lambda a: a.update({"model.more": np.zeros(2, np.float32)}),
    "a short random state": lambda a: a.update({"generator": np.zeros(7, np.uint8)}),
    "a random state of numbers": lambda a: a.update({"generator": np.zeros(5056, np.float32)}),
    "no random state": lambda a: a.pop("generator"),
    "a carried state of other streams": lambda a: a.update(
        {"carried.0.0.0": a["carried.0.0.0"][:, :1]}
    ),
    "a carried state of other units": lambda a: a.update(
        {"carried.0.1.1": a["carried.0.1.1"][..., :3]}
    ),
    "a carried state without cells": lambda a: a.pop("carried.0.1.1"),
    "a carried state in doubles": lambda a: a.update(
        {"carried.0.0.0": a["carried.0.0.0"].astype(np.float64)}
    ),
    "a stray tensor": lambda a: a.update({"stray": np.zeros(1)}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_tensor_that_does_not_fit_is_a_line(stopped: Path, change: str) -> None:
    rewrite(stopped, CHANGES[change])
    with pytest.raises(UserError, match="cannot be resumed from here") as refused:
        trained(resume(stopped))
    assert "\n" not in str(refused.value)


ODD = [None, True, "1", -1, 1.5, 10**400, [], {}, math.nan]


@pytest.mark.parametrize("value", [value for value in ODD if value != 1.5])
@pytest.mark.parametrize("name", ["step", "stale", "elapsed", "clipped", "since_report"])
def test_a_position_of_odd_figures_is_a_line(stopped: Path, name: str, value: Any) -> None:
    rewrite_state(stopped, **{name: value})
    with pytest.raises(UserError, match="damaged"):
        trained(resume(stopped))


def test_a_position_comes_back_as_it_was() -> None:
    position = Position(step=3, elapsed=1.5, stale=2)
    position.since_report.add(-0.5, 1.0, 1.0)
    assert Position.from_json(json.loads(json.dumps(asdict(position)))) == position
    old = {key: value for key, value in asdict(position).items() if key != "settled"}
    assert Position.from_json(old) == position, "as before that field came"


@pytest.mark.parametrize("record", [None, 5, [], {}, {"spec": 5}, {"spec": "text.txt"}])
@pytest.mark.parametrize("part", ["corpus", "model", "training", "resolved", "vocabulary"])
def test_a_damaged_record_is_a_line(stopped: Path, part: str, record: Any) -> None:
    arrays, metadata = read_tensors(stopped / LAST)
    signed = json.loads(metadata["signed"]) | {part: record}
    config = json.loads((stopped / "config.json").read_text()) | {part: record}
    write_tensors(
        stopped / LAST, arrays, {"signed": json.dumps(signed), "state": metadata["state"]}
    )
    (stopped / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError) as refused:
        trained(resume(stopped))
    assert "\n" not in str(refused.value)


def test_what_belongs_together_is_saved_before_anybody_is_told(tmp_path: Path) -> None:
    wanted = request(short_text(tmp_path), Path("run"))
    with start(wanted) as training:
        for event in training.events():
            if isinstance(event, Evaluated):
                assert last_step(Path("run")) == event.step
                assert Path("run", MODEL).exists()
                break
    # The reader left in the midst of it: nothing is lost.
    assert trained(resume(Path("run")))[-1].step == 2 * STEPS_PER_PASS


def test_a_finished_run_that_is_lengthened_goes_on_at_its_last_rate(tmp_path: Path) -> None:
    wanted = request(short_text(tmp_path), Path("run"), warmup_steps=0, learning_rate=0.01)
    rates = [e.learning_rate for e in trained(start(wanted)) if isinstance(e, Step)]
    assert rates[-1] < 0.001
    last = wanted.training.learning_rate * wanted.training.final_learning_rate
    for epochs in (3, 4):  # once more is no reason to leap, either
        events = trained(resume(Path("run"), changes={"epochs": epochs}))
        steps = [event for event in events if isinstance(event, Step)]
        assert steps
        assert [event.learning_rate for event in steps] == pytest.approx([last] * len(steps))
        assert isinstance(events[-1], Finished)
        assert events[-1].step == epochs * STEPS_PER_PASS


def test_what_differs_when_a_run_goes_on_is_said(stopped: Path) -> None:
    said: list[str] = []
    threads = torch.get_num_threads()
    metadata = read_tensors(stopped / LAST)[1]
    signed = json.loads(metadata["signed"])
    assert signed["resolved"]["threads"] == threads
    with resume(stopped, notice=said.append):
        assert said == []
    torch.set_num_threads(threads + 1)
    try:
        with resume(stopped, notice=said.append):
            assert f"OMP_NUM_THREADS={threads}" in said[0]
    finally:
        torch.set_num_threads(threads)


class Nothing(Request):
    """A request that asks for nothing that can be."""

    kind = "charlm"

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Any:
        raise UserError("there is nothing")

    @classmethod
    def recorded(cls, signed: Any, **moved: Any) -> Any:
        raise UserError("there was nothing")


def test_a_library_call_leaves_the_random_state_and_threads_of_its_caller(tmp_path: Path) -> None:
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    trained_until(3, start, request(short_text(tmp_path), Path("run")))
    trained(resume(Path("run")))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_ctrl_c_before_the_first_step_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), start(request(short_text(tmp_path), None)):
        raise KeyboardInterrupt
    assert not any(Path("runs").iterdir())
    with pytest.raises(UserError, match="nothing"), open_training(Nothing(training=None)):  # type: ignore[arg-type]
        pass
    own = Path("own")
    own.mkdir()
    (own / "notes.txt").write_text("mine")
    with pytest.raises(KeyboardInterrupt), start(request(short_text(tmp_path), own)):
        raise KeyboardInterrupt
    assert [path.name for path in own.iterdir()] == ["notes.txt"]
