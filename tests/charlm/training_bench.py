"""The training loop with a stand-in for the task, of known losses, and a clock that it moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from charlm.config import TrainingConfig
from charlm.runs.files import MODEL
from charlm.runs.model_file import ModelFile, read_model
from charlm.runs.run_folder import RunFolder
from charlm.training.distributed import World
from charlm.training.events import Event, Finished
from charlm.training.loop import Trainer
from charlm.training.task import copy_weights

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


def only(kind: type[E], events: list[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def end_of(events: list[Event]) -> Finished:
    assert len(only(Finished, events)) == 1
    assert isinstance(events[-1], Finished)
    return events[-1]


class WaitingWorld(World):
    """Whose device takes a second a step, and is waited for when figures are read."""

    clock: Clock

    def mean(self, *values: float) -> list[float]:
        self.clock.now += len(values)
        return super().mean(*values)
