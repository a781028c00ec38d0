"""The loop with a stand-in for the task, whose losses are known, and a clock that it moves."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from torch import nn

from charlm.config import TrainingConfig
from charlm.runs.files import MODEL
from charlm.runs.model_file import ModelFile, read_model
from charlm.runs.run_folder import RunFolder
from charlm.training.distributed import World
from charlm.training.events import Evaluated, Event, Finished, Sampled, Saved, Started, Step
from charlm.training.loop import Trainer
from charlm.training.task import copy_weights
from corpora.errors import UserError

E = TypeVar("E", bound=Event)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class SlowFolder(RunFolder):
    """A run folder on a disk that takes its time."""

    def __init__(self, path: Path, clock: Clock, seconds: float) -> None:
        super().__init__(path)
        self.clock, self.seconds = clock, seconds

    def save_last(self, *given: Any) -> Path:
        self.clock.now += self.seconds
        return super().save_last(*given)


def falling(step: int) -> float:
    return 10 / (step + 1)


class StandIn:
    """A pass is 25 steps, a step a second; losses and gradients are what a test says."""

    unit = "things"
    steps_per_epoch = 25

    def __init__(self, clock: Clock, evaluation_seconds: float) -> None:
        self.model = nn.Linear(1, 1, bias=False)
        nn.init.ones_(self.model.weight)
        self.clock, self.evaluation_seconds = clock, evaluation_seconds
        self.step = 0
        self.training_loss: Callable[[int], float] = lambda step: math.sqrt(step)
        self.gradient: Callable[[int], float] = lambda step: 0.5
        self.validation_loss: Callable[[int], float] = falling
        self.began: list[tuple[int, int]] = []

    def batches(self, epoch: int, start: int) -> Iterator[int]:
        self.began.append((epoch, start))
        first = epoch * self.steps_per_epoch
        return iter(range(first + start + 1, first + self.steps_per_epoch + 1))

    def loss(self, model: nn.Module, batch: int, generator: torch.Generator) -> torch.Tensor:
        self.clock.now += 1
        self.step = batch
        noise = torch.rand((), generator=generator)
        weight = self.model.weight
        slope = self.gradient(batch) * (weight - weight.detach()).sum()
        return self.training_loss(batch) + slope * (1 + 0 * noise)

    def units(self, batch: int) -> int:
        return 6

    def evaluate(self) -> dict[str, float]:
        self.clock.now += self.evaluation_seconds
        return {"loss": self.validation_loss(self.step), "accuracy": 0.5}

    def sample(self, step: int) -> str:
        return f"text of {step}"

    def carried(self) -> dict[str, torch.Tensor]:
        return {"step": torch.tensor(self.step)}

    def carry(self, tensors: dict[str, torch.Tensor]) -> None:
        self.step = int(tensors["step"])

    def model_file(self) -> ModelFile:
        return ModelFile("thing", {"step": self.step}, "{}", copy_weights(self.model))


class Bench:
    """A run folder and the trainings that are made in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = Clock()
        self.save_seconds = self.evaluation_seconds = 0.0
        self.world = World()
        self.prepare: Callable[[StandIn], None] = lambda task: None

    def trainer(self, *, stop_at: int | None = None, **changes: Any) -> Trainer:
        """A training without any save, evaluation or end before its last step, if not changed."""
        plain = TrainingConfig(epochs=2, evaluate_every=10**6, save_seconds=10**6, patience=0)
        self.task = StandIn(self.clock, self.evaluation_seconds)
        self.prepare(self.task)
        return Trainer(
            self.task,
            plain.replace(changes),
            SlowFolder(self.path, self.clock, self.save_seconds),
            world=self.world,
            precision="fp32",
            stop=lambda: stop_at is not None and self.task.step >= stop_at,
            clock=self.clock,
        )

    def events(self, **changes: Any) -> list[Event]:
        return list(self.trainer(**changes).events())

    def resumed(self, **changes: Any) -> list[Event]:
        trainer = self.trainer(**changes)
        trainer.resume()
        return list(trainer.events())

    @property
    def kept(self) -> int | None:
        """The step of the model that was kept."""
        if not (self.path / MODEL).exists():
            return None
        return int(read_model(self.path / MODEL, "thing").config["step"])

    @property
    def saved(self) -> tuple[int, torch.Tensor]:
        """The step and the weights of the last save."""
        arrays, state = RunFolder(self.path).load_last()
        return state["step"], torch.tensor(arrays["model.weight"])


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # hundreds of saves; the disk is patient
    return Bench(tmp_path / "run")


def only(kind: type[E], events: list[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def end_of(events: list[Event]) -> Finished:
    assert len(only(Finished, events)) == 1
    assert isinstance(events[-1], Finished)
    return events[-1]


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


class WaitingWorld(World):
    """Whose device takes a second a step, and is waited for when figures are read."""

    clock: Clock

    def mean(self, *values: float) -> list[float]:
        self.clock.now += len(values)
        return super().mean(*values)


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


def test_a_training_that_is_finished_stays_so_until_it_is_given_more(bench: Bench) -> None:
    bench.events()
    again = bench.resumed()
    assert [type(event) for event in again] == [Started, Finished]
    assert end_of(bench.resumed(epochs=3)).step == 75


def test_a_save_of_another_model_is_refused(bench: Bench) -> None:
    bench.events(stop_at=5)
    trainer = bench.trainer()
    trainer.task.model = nn.Linear(2, 1, bias=False)  # type: ignore[misc]
    with pytest.raises(UserError, match="cannot be resumed"):
        trainer.resume()
