"""The exponential moving average of the weights, which often predicts better than the last ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """An exponential moving average of the weights of a model (Polyak and Juditsky 1992).

    Towards the end of a training, the weights circle around a minimum; their mean lies nearer to
    it. Two modules that share a weight share its average. Buffers are not averaged.

    Args:
        model: the model; its weights are read after every step.
        decay: share of the average that is left after a step, once it is many steps old.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        named = model.named_parameters()  # each once, under its first name
        self.parameters = {name: p for name, p in named if p.is_floating_point()}
        self.decay = decay
        self.values: list[Tensor] = []
        """The average of every weight; empty before the first step that counts."""

    def add(self, count: int) -> None:
        """Add the weights as they are now.

        Args:
            count: how many steps went into the average before. The first ones count for more: the
                decay is at most (1 + count) / (10 + count), as TensorFlow's average has it, so that
                what the average began with is soon forgotten.
        """
        own = [p.detach().to(_find_type(p)) for p in self.parameters.values()]
        if not self.values:
            self.values = [tensor.clone() for tensor in own]
            return
        decay = min(self.decay, (1 + count) / (10 + count))
        torch._foreach_lerp_(self.values, own, 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the model have the average for its weights; afterwards they are what they were.

        The tensors stay where they are in memory: optimizer, replicas and other processes know
        them.
        """
        own = [p.detach().clone() for p in self.parameters.values()]
        self._write(self.values)
        try:
            yield
        finally:
            self._write(own)

    @torch.no_grad()
    def _write(self, values: list[Tensor]) -> None:
        for parameter, value in zip(self.parameters.values(), values, strict=True):
            parameter.copy_(value)

    def list_tensors(self) -> dict[str, Tensor]:
        """Return the average by the names of the weights; nothing before the first step."""
        return dict(zip(self.parameters, self.values, strict=False))

    def list_templates(self) -> dict[str, Tensor]:
        """Return tensors of the shapes and types of the average, by name, on the meta device."""
        return {
            name: torch.empty_like(p, device="meta", dtype=_find_type(p))
            for name, p in self.parameters.items()
        }

    def restore(self, named: Mapping[str, Tensor]) -> None:
        """Go on with what `list_tensors` returned; nothing means that no step has counted yet."""
        self.values = [named[name].to(p.device) for name, p in self.parameters.items() if named]


def _find_type(parameter: Tensor) -> torch.dtype:
    """Return the type of the average: a thousandth of a change would be lost in half precision."""
    return torch.promote_types(parameter.dtype, torch.float32)
