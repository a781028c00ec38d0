"""The steps of a training: loss, gradient, clipping, update.

The loop makes them, and so does who measures how fast a training will be.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from charlm.training.config import LoopConfig, Precision
from charlm.training.device import autocast, set_rounding
from charlm.training.distributed import World
from charlm.training.optimizer import Clipper, adamw
from charlm.training.task import Task


class Steps:
    """Makes the steps of a task's training, with its own optimizer.

    Args:
        task: what to train.
        config: how.
        world: the processes that train together.
        precision: fp32 or bf16.
    """

    def __init__(
        self, task: Task[Any], config: LoopConfig, *, world: World, precision: Precision
    ) -> None:
        self.task, self.world, self.precision = task, world, precision
        self.model = world.parallel(task.model)
        self.optimizer = adamw(task.model, config, world.device)
        self.clipper = Clipper(list(task.model.parameters()), config)
        self.generator = torch.Generator().manual_seed(config.seed)
        """Draws dropout; it lies on the CPU."""

    @property
    def rate(self) -> float:
        """Learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    @rate.setter
    def rate(self, rate: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def make(self, batch: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Train on a batch.

        Args:
            batch: a batch of the task.

        Returns:
            The loss, the norm of the gradient before clipping, and whether it was clipped. They are
            left on the device, so that no step waits for it.
        """
        device, precision = self.world.device, self.precision
        with set_rounding(device, precision), self.world.talking():
            with autocast(device, precision):
                loss = self.task.loss(self.model, batch, self.generator)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        norm, clipped = self.clipper()
        self.optimizer.step()
        return loss.detach(), norm, clipped
