"""Dropout with one mask for all time steps: of features (variational dropout, Gal and Ghahramani
2016) and of recurrent weights (DropConnect, Merity, Keskar and Socher 2018).
"""

from __future__ import annotations

import torch
from torch import Tensor


def locked_dropout(
    x: Tensor, share: float, generator: torch.Generator | None, *, rank: int = 0, ranks: int = 1
) -> Tensor:
    """Drop a `share` of the features of `x` (T, B, H), the same ones at every time step.

    One mask a window costs nothing to draw; one a character costs some 30 % of the speed of a
    recurrent layer.

    Args:
        x: time first.
        share: 0 leaves `x` as it is.
        generator: on the CPU, whatever the device: the same, the same mask.
        rank: which of the processes that share a batch this one is.
        ranks: how many they are. The mask is drawn for the rows of all, of which each takes its
            own: however many share a batch, the same masks.
    """
    if share == 0:
        return x
    rows = x.shape[1]
    mask = locked_mask(rows * ranks, x.shape[2], share, generator)
    own = mask[:, rows * rank : rows * (rank + 1)]
    return x * own.to(x.device, x.dtype, non_blocking=True)


def locked_mask(
    rows: int, features: int, share: float, generator: torch.Generator | None
) -> Tensor:
    """Return a mask (1, B, H) on the CPU to multiply with: 0 for what is dropped, 1 / (1 - share)
    for what is kept.
    """
    keep = 1 - share
    return torch.empty(1, rows, features).bernoulli_(keep, generator=generator).div_(keep)


def dropped_weights(weights: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """Drop a `share` of a matrix of weights, and scale up what is kept.

    Args:
        weights: of any shape, on any device.
        share: 0 leaves them as they are.
        generator: on the CPU, whatever the device: the same, the same mask.
    """
    if share == 0:
        return weights
    keep = 1 - share
    # bernoulli_ would take four times as long.
    kept = torch.rand(weights.shape, generator=generator) < keep
    return weights * kept.to(weights.device, non_blocking=True) / keep
