"""What a training is resumed from: weights, optimizer, carried state, random state, position."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from charlm.runs.run_folder import RunFolder
from charlm.training.average import Average
from charlm.training.distributed import World
from charlm.training.optimizer import moment_templates, optimizer_tensors, restore_optimizer
from charlm.training.position import Position
from charlm.training.task import Task, copy_array
from corpora.errors import UserError


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """The parts of a training that are saved and restored together.

    Every process of a training takes part in `save`, because each has carried state of its own;
    the one that leads writes.
    """

    run: RunFolder
    task: Task[Any]
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    """Draws the dropout masks. It lies on the CPU, so that a run can be resumed on any device."""
    average: Average
    """Average of the weights, which may not have begun."""
    world: World

    def save(self, position: Position) -> Path:
        """Write everything to `last/` of the run folder; return the path of the file."""
        prefix = f"carried.{self.world.rank}."
        own = {f"{prefix}{name}": tensor for name, tensor in self.task.carried().items()}
        tensors = self.world.gather(own)
        if not self.world.leads:
            return self.run.path
        tensors["generator"] = self.generator.get_state()
        tensors |= {f"model.{name}": t for name, t in self.task.model.state_dict().items()}
        named = optimizer_tensors(self.optimizer)
        tensors |= {f"optimizer.{name}": t for name, t in named.items()}
        tensors |= {f"average.{name}": t for name, t in self.average.list_tensors().items()}
        arrays = {name: copy_array(tensor) for name, tensor in tensors.items()}
        return self.run.save_last(arrays, dataclasses.asdict(position))

    def restore(self) -> Position:
        """Put everything back as `save` found it; return the position that was saved.

        Raises:
            UserError: it is missing, damaged, or of another training.
        """
        arrays, state = self.run.load_last()
        try:
            position = Position.from_json(state)
            self._check(arrays, averaged=position.averaged > 0)
            # A copy into memory that torch allocates: results can depend on the alignment.
            tensors = {name: torch.tensor(array) for name, array in arrays.items()}
            self.task.model.load_state_dict(_select(tensors, "model."))
            restore_optimizer(self.optimizer, _select(tensors, "optimizer."))
            self.average.restore(_select(tensors, "average."))
            self.task.carry(_select(tensors, f"carried.{self.world.rank}."))
            self.generator.set_state(tensors["generator"])
        except UserError as error:
            raise UserError(f"{self.run.path} cannot be resumed from here: {error}") from error
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            line = str(error).splitlines()[0]
            raise UserError(f"{self.run.path} cannot be resumed from here: {line}") from error
        return position

    def _check(self, arrays: Mapping[str, np.ndarray], *, averaged: bool) -> None:
        """Raise `UserError` unless the arrays are, by name, shape and type, those of this training.

        It comes before anything is built from them: torch's fused optimizers write past the end of
        a moment that is smaller than its parameter.
        """
        wanted = {f"model.{name}": t for name, t in self.task.model.state_dict().items()}
        wanted["generator"] = self.generator.get_state()
        if averaged:
            wanted |= {f"average.{name}": t for name, t in self.average.list_templates().items()}
        moments = {
            f"optimizer.{name}": tensor for name, tensor in moment_templates(self.optimizer).items()
        }
        found = {name for name in arrays if not name.startswith("carried.")}
        if unknown := sorted(found - {*wanted, *moments}):
            raise UserError(f"the tensor {unknown[0]!r} is not one of this training")
        if missing := sorted(set(wanted) - found):
            raise UserError(f"the tensor {missing[0]!r} is missing")
        for name in sorted(found):
            _check_tensor(name, arrays[name], wanted.get(name, moments.get(name)))


def _check_tensor(name: str, array: np.ndarray, like: Tensor | None) -> None:
    assert like is not None
    # Weights in bf16 are kept as fp32; see `copy_array`.
    kind = torch.float32 if like.dtype == torch.bfloat16 else like.dtype
    expected, shape = torch.empty(0, dtype=kind).numpy().dtype, tuple(like.shape)
    if array.shape != shape or array.dtype != expected:
        found = f"{array.dtype} {array.shape}"
        raise UserError(f"the tensor {name!r} is {found}, not {expected} {shape}")


def _select(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose names begin with `prefix`, named without it."""
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
