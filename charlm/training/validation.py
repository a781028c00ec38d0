"""What an evaluation looks at, and which model it keeps: the weights or their average."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from charlm.runs.run_folder import RunFolder
from charlm.training.average import Average
from charlm.training.distributed import World
from charlm.training.task import Task


class Diverged(Exception):
    """The loss or the gradient is no longer finite."""


@dataclass(frozen=True)
class Found:
    """Figures of an evaluation: those of the better of the weights and their average."""

    loss: float
    """Validation loss in nats, on every rank."""
    metrics: Mapping[str, float]
    """Figures of the task; empty on a process that does not lead."""
    averaged: bool = False
    """Whether the average was the better one."""
    other_loss: float | None = None
    """Loss of the worse one; None while there is no average."""


class Validation:
    """Evaluates a task, with its weights and with their average, and keeps the better model.

    Args:
        task: what is trained.
        run: where the model is kept.
        world: the processes that train together; the one that leads evaluates and writes.
        average: the average of the weights.
    """

    def __init__(self, task: Task[Any], run: RunFolder, world: World, average: Average) -> None:
        self.task, self.run, self.world, self.average = task, run, world, average

    def evaluate(self) -> Found:
        """Evaluate the weights, and their average if it has begun.

        Raises:
            Diverged: a loss is not finite.
        """
        own = self._evaluate_weights()
        if not self.average.values:
            return own
        with self.average.in_place():
            average = self._evaluate_weights()
        if average.loss < own.loss:
            return replace(average, averaged=True, other_loss=own.loss)
        return replace(own, other_loss=average.loss)

    def _evaluate_weights(self) -> Found:
        metrics = dict(self.task.evaluate()) if self.world.leads else {}
        (loss,) = self.world.agree(metrics.get("loss", 0.0))
        if not math.isfinite(loss):
            raise Diverged
        return Found(loss, metrics)

    def keep(self, found: Found, step: int, *, best: bool) -> str:
        """Write the model of an evaluation if it is the best so far; return its sample."""
        if not self.world.leads:
            return ""
        with self.average.in_place() if found.averaged else nullcontext():
            if best:
                self.run.save_model(self.task.model_file())
            return self.task.sample(step)
