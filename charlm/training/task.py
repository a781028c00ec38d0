"""TODO."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from charlm.runs.run_folder import RunFolder


class Task(Protocol):
    """What the loop needs to know of a job."""

    unit: str
    steps_per_epoch: int

    @property
    def model(self) -> nn.Module:
        """The model that is trained, on the device."""

    def batches(self, epoch: int, start: int) -> Iterator[Any]:
        """Yield the batches of a pass from number `start` on, the same ones for the same epoch."""

    def loss(self, model: nn.Module, batch: Any, generator: torch.Generator) -> Tensor:
        """Return the mean loss of `batch` in nats; `generator` draws what dropout needs."""

    def units(self, batch: Any) -> int:
        """Return how many units (see `unit`) `batch` holds."""

    def evaluate(self) -> Mapping[str, float]:
        """Return figures on the validation part; `loss` decides which model is the best."""

    def sample(self, step: int) -> str:
        """Return a short text that shows what the model can do by now, or an empty one."""

    def carried(self) -> dict[str, Tensor]:
        """Return what is carried from batch to batch besides the weights."""

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """Undo `carried`."""

    def save(self, run: RunFolder) -> None:
        """Write the model file of `run`."""
