"""What the training loop needs to know of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from charlm.runs.model_file import ModelFile
from charlm.runs.registry import OWN_TASK

Batch = TypeVar("Batch")


class Task(Protocol[Batch]):
    """A job for the training loop. `Batch` is whatever its batches are.

    What a job must have is a model, the number of its batches in a pass, the batches of a pass, the
    loss of a batch, and an evaluation whose `loss` decides which model is the best. A class that
    inherits from this one gets the rest as many jobs have it: no sample, nothing carried from batch
    to batch, and a model file that holds the weights. `charlm.train_task` trains it; README has an
    example of a few lines.

    Three promises make runs resume exactly. The same epoch has the same batches, from any number
    on; what is drawn at random while training comes from the generator that `loss` is given; and
    what is carried from one batch to the next is among what `carried` returns.
    """

    model: nn.Module
    """The model that is trained, on the device."""
    unit: str = "batches"
    """What the speed of training counts, in the plural: characters, reviews, commands."""
    steps_per_epoch: int
    """Batches in one pass over the training part."""

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass from number `start` on, the same ones for the same epoch."""

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean loss of `batch` in nats.

        Args:
            model: the task's own model, perhaps wrapped for training in several processes.
            batch: one of `batches`.
            generator: draws the dropout masks. It lies on the CPU.
        """

    def units(self, batch: Batch) -> int:
        """Return how many units (see `unit`) `batch` holds."""
        return 1

    def evaluate(self) -> Mapping[str, float]:
        """Return figures on the validation part. `loss` decides which model is the best."""

    def model_file(self) -> ModelFile:
        """Return what the model file holds, with the weights as they are now."""
        return ModelFile(OWN_TASK, {}, "{}", copy_weights(self.model))

    def sample(self, step: int) -> str:
        """Return a short text that shows what the model can do by now, or an empty one."""
        return ""

    def carried(self) -> dict[str, Tensor]:
        """Return the tensors that are carried from batch to batch besides the weights."""
        return {}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """Go on with the tensors that `carried` returned before the training was interrupted."""
        return


def copy_weights(model: nn.Module) -> dict[str, np.ndarray]:
    """Return the weights of `model` as NumPy arrays, by their names in its `state_dict`."""
    return {name: copy_array(tensor) for name, tensor in model.state_dict().items()}


def copy_array(tensor: Tensor) -> np.ndarray:
    """Return `tensor` as a NumPy array; bf16, which NumPy lacks, becomes fp32, without loss."""
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
