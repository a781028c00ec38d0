"""What ends a training: patience, time, a stop, figures that are not finite."""

from __future__ import annotations

import math
from typing import Any

import pytest
from training_bench import Bench, StandIn, end_of, falling, only

from charlm.config import TrainingConfig
from charlm.training.events import Evaluated, Finished, Saved, Started, Step


@pytest.mark.parametrize(("patience", "end"), [(1, 15), (3, 25), (0, 50)])
def test_patience_ends_a_training_that_does_not_improve(
    bench: Bench, patience: int, end: int
) -> None:
    bench.prepare = lambda task: setattr(task, "validation_loss", lambda step: abs(step - 10) + 1.0)
    events = bench.events(evaluate_every=5, patience=patience)
    assert end_of(events).step == end
    assert end_of(events).reason == ("no improvement" if patience else "finished")
    assert bench.kept == 10
    assert len(only(Evaluated, events)) == end // 5


def test_a_budget_of_time_ends_the_training_and_anneals_within_it(bench: Bench) -> None:
    events = bench.events(epochs=1000, max_minutes=1.0, warmup_steps=0, final_learning_rate=0.1)
    assert end_of(events).reason == "out of time"
    assert end_of(events).step == 60
    assert only(Evaluated, events)[-1].step == 60
    rates = [event.learning_rate for event in only(Step, events)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0.1 * TrainingConfig().learning_rate, rel=0.05)
    for event in only(Step, events):
        assert event.remaining == pytest.approx(60 - event.elapsed)


def test_a_budget_is_for_all_sessions_of_a_run_together(bench: Bench) -> None:
    bench.events(epochs=1000, max_minutes=1.0, stop_at=40)
    bench.clock.now += 10**6  # not training
    events = bench.resumed(epochs=1000, max_minutes=1.0)
    assert end_of(events).step == 60
    assert end_of(events).elapsed == pytest.approx(60)


def test_a_budget_of_nothing_ends_at_once(bench: Bench) -> None:
    events = bench.events(max_minutes=1e-12)
    assert end_of(events).reason == "out of time"
    assert end_of(events).step <= 1


@pytest.mark.parametrize("kept", [False, True])
def test_a_stop_saves_and_does_not_evaluate(bench: Bench, kept: bool) -> None:
    events = bench.events(evaluate_every=10 if kept else 10**6, stop_at=13)
    assert isinstance(events[-2], Saved)
    assert end_of(events).reason == "interrupted"
    assert bench.saved[0] == 13
    assert len(only(Evaluated, events)) == kept
    # The best model is kept; if there is none, there is at least one to write with.
    assert bench.kept == (10 if kept else 13)


BAD = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("what", ["training_loss", "gradient"])
def test_a_figure_that_is_not_finite_ends_the_training_and_spoils_nothing(
    bench: Bench, what: str, bad: float
) -> None:
    def spoil(task: StandIn) -> None:
        good = getattr(task, what)
        setattr(task, what, lambda step: bad if step == 13 else good(step))

    bench.prepare = spoil
    events = bench.events(evaluate_every=5)
    assert end_of(events).reason == "diverged"
    assert end_of(events).best_loss == falling(10)
    assert max(event.step for event in events[:-1]) == 10
    assert bench.kept == 10
    step, weights = bench.saved
    assert step == 10
    assert bool(weights.isfinite().all())
    bench.prepare = lambda task: None
    assert end_of(bench.resumed(evaluate_every=5)).reason == "finished"


@pytest.mark.parametrize("bad", BAD[:2])
@pytest.mark.parametrize("changes", [{"save_seconds": 0.0}, {"stop_at": 13}, {"epochs": 1}])
def test_no_save_is_made_of_what_is_not_finite(
    bench: Bench, bad: float, changes: dict[str, Any]
) -> None:
    bench.prepare = lambda task: setattr(
        task, "training_loss", lambda step: bad if step in (13, 23) else 1.0
    )
    events = bench.events(**changes)
    assert end_of(events).reason == "diverged"
    assert [event.step for event in only(Saved, events) if event.step >= 13] == []


def test_a_validation_loss_that_is_not_finite_ends_the_training(bench: Bench) -> None:
    bench.prepare = lambda task: setattr(
        task, "validation_loss", lambda step: math.nan if step == 20 else falling(step)
    )
    events = bench.events(evaluate_every=10)
    assert end_of(events).reason == "diverged"
    assert (bench.kept, bench.saved[0]) == (10, 10)


def test_a_training_that_is_finished_stays_so_until_it_is_given_more(bench: Bench) -> None:
    bench.events()
    again = bench.resumed()
    assert [type(event) for event in again] == [Started, Finished]
    assert end_of(bench.resumed(epochs=3)).step == 75
