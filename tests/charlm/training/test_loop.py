"""The loop on a bench: what is told, kept and saved, in which order."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from training_bench import Bench, WaitingWorld, end_of, only

from charlm.training.events import Evaluated, Event, Sampled, Saved, Started, Step
from corpora.errors import UserError


def test_events_tell_the_story_in_order(bench: Bench) -> None:
    events = bench.events(evaluate_every=15)
    told = [(type(event).__name__, event.step) for event in events]
    evaluation = ["Evaluated", "Sampled", "Saved"]
    assert told == [
        ("Started", 0),
        ("Step", 10),
        *((name, 15) for name in evaluation),
        ("Step", 20),
        ("Step", 30),
        *((name, 30) for name in evaluation),
        ("Step", 40),
        *((name, 45) for name in evaluation),
        ("Step", 50),
        *((name, 50) for name in evaluation),
        ("Finished", 50),
    ]
    assert end_of(events).reason == "finished"
    started = only(Started, events)[0]
    assert (started.total_steps, started.parameters, started.unit) == (50, 1, "things")
    assert only(Sampled, events)[1].text == "text of 30"
    assert [step.epoch for step in only(Step, events)] == [0.4, 0.8, 1.2, 1.6, 2.0]


@pytest.mark.parametrize(("every", "steps"), [(10, 5), (25, 2), (50, 1), (51, 1), (1, 50), (7, 8)])
def test_there_is_one_evaluation_per_interval_and_one_at_the_end(
    bench: Bench, every: int, steps: int
) -> None:
    evaluated = [event.step for event in only(Evaluated, bench.events(evaluate_every=every))]
    assert evaluated == sorted({*range(every, 51, every), 50})
    assert len(evaluated) == steps


def test_training_losses_are_means_since_the_last_event_of_that_kind(bench: Bench) -> None:
    events = bench.events(evaluate_every=25)
    for steps, count in ((only(Step, events), 10), (only(Evaluated, events), 25)):
        for event in steps:
            span = range(event.step - count + 1, event.step + 1)
            assert event.train_loss == pytest.approx(sum(map(math.sqrt, span)) / count)


def test_saves_change_no_figure(bench: Bench, tmp_path: Path) -> None:
    """Not even its last bit: a save empties what is pending, and sums must not depend on that."""
    rare = bench.events(evaluate_every=15)
    often = Bench(tmp_path / "often").events(evaluate_every=15, save_seconds=0.0)
    for kind in (Step, Evaluated):
        assert only(kind, rare) == only(kind, often)
    assert len({event.step for event in only(Saved, often)}) == 50


@pytest.mark.parametrize("at", [0, 1, 9, 10, 15, 24, 25, 26, 30, 49, 50])
def test_a_training_that_was_stopped_tells_the_rest_of_the_same_story(
    bench: Bench, tmp_path: Path, at: int
) -> None:
    whole = Bench(tmp_path / "whole").events(evaluate_every=15)
    first = bench.events(evaluate_every=15, stop_at=at)
    assert end_of(first).reason == "interrupted"
    assert end_of(first).step == at
    second = bench.resumed(evaluate_every=15)
    assert only(Started, second)[0].step == at
    for kind in (Step, Evaluated):
        parts = only(kind, first) + only(kind, second)
        whole_parts = only(kind, whole)
        assert [untimed(event) for event in parts] == [untimed(event) for event in whole_parts]
    assert bench.task.began[:1] == [divmod(at, 25)][: 50 - at]
    assert torch.equal(bench.saved[1], Bench(tmp_path / "whole").saved[1])


def untimed(event: Event) -> dict[str, Any]:
    times = {"elapsed", "remaining", "units_per_second"}
    return {name: value for name, value in vars(event).items() if name not in times}


def test_the_best_model_is_kept(bench: Bench) -> None:
    bench.prepare = lambda task: setattr(task, "validation_loss", lambda step: abs(step - 29) + 1.0)
    events = bench.events(evaluate_every=10)
    assert [event.best for event in only(Evaluated, events)] == [True, True, True, False, False]
    assert (bench.kept, end_of(events).best_loss) == (30, 2.0)
    assert only(Evaluated, events)[0].metrics == {"loss": 20.0, "accuracy": 0.5}


def test_as_good_as_the_best_is_not_better(bench: Bench) -> None:
    bench.prepare = lambda task: setattr(task, "validation_loss", lambda step: 1.0)
    bench.events(evaluate_every=10)
    assert bench.kept == 10


def test_the_best_is_remembered_over_a_stop(bench: Bench) -> None:
    bench.prepare = lambda task: setattr(task, "validation_loss", lambda step: abs(step - 9) + 1.0)
    bench.events(evaluate_every=10, stop_at=12)
    events = bench.resumed(evaluate_every=10)
    assert not any(event.best for event in only(Evaluated, events))
    assert (bench.kept, end_of(events).best_loss) == (10, 2.0)


def test_the_remaining_time_is_that_of_the_steps_to_come(bench: Bench) -> None:
    for event in only(Step, bench.events()):
        assert event.elapsed == pytest.approx(event.step)
        assert event.remaining == pytest.approx(50 - event.step)


def test_the_speed_is_that_of_training_alone(bench: Bench) -> None:
    bench.evaluation_seconds, bench.save_seconds = 100.0, 10.0
    events = bench.events(evaluate_every=7, save_seconds=3.0)
    speeds = [event.units_per_second for event in only(Step, events)]
    assert speeds == pytest.approx([6.0] * 5)
    assert len(only(Saved, events)) > 10


@pytest.mark.parametrize("every", [7, 10, 10**6])
def test_waiting_for_the_device_is_time_of_training(bench: Bench, every: int) -> None:
    world = WaitingWorld()
    object.__setattr__(world, "clock", bench.clock)
    bench.world, bench.evaluation_seconds = world, 100.0
    events = bench.events(evaluate_every=every, save_seconds=23.0)
    speeds = [event.units_per_second for event in only(Step, events)]
    assert speeds == pytest.approx([3.0] * 5)


@pytest.mark.parametrize("seconds", [1.0, 7.0, 12.5])
def test_no_more_than_save_seconds_lie_between_two_saves(bench: Bench, seconds: float) -> None:
    saved = [event.step for event in only(Saved, bench.events(save_seconds=seconds))]
    gaps = [b - a for a, b in zip([0, *saved], saved, strict=False)]
    assert max(gaps) == math.ceil(seconds)  # a step is a second
    assert bench.saved[0] == 50


def test_the_share_of_clipped_steps_is_told(bench: Bench) -> None:
    bench.prepare = lambda task: setattr(
        task, "gradient", lambda step: 5.0 if step <= 10 and step % 4 == 0 else 0.5
    )
    events = bench.events(clip=1.0)
    steps = only(Step, events)
    assert [step.clipped for step in steps] == pytest.approx([0.2, 0, 0, 0, 0])
    assert [step.gradient_norm for step in steps] == pytest.approx([5.0, 0.5, 0.5, 0.5, 0.5])
    assert end_of(events).clipped == pytest.approx(2 / 50)


def test_the_largest_norm_since_the_last_event_survives_a_stop(bench: Bench) -> None:
    bench.prepare = lambda task: setattr(
        task, "gradient", lambda step: 5.0 if step in (2, 12) else 0.5
    )
    bench.events(stop_at=14)
    events = bench.resumed()
    assert only(Step, events)[0].gradient_norm == pytest.approx(5.0)
    assert only(Step, events)[0].clipped == pytest.approx(0.1)
    assert end_of(events).clipped == pytest.approx(2 / 50)


def test_a_save_of_another_model_is_refused(bench: Bench) -> None:
    bench.events(stop_at=5)
    trainer = bench.trainer()
    trainer.task.model = nn.Linear(2, 1, bias=False)  # type: ignore[misc]
    with pytest.raises(UserError, match="cannot be resumed"):
        trainer.resume()
