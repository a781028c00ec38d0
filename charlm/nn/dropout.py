"""Dropout with one mask for all time steps.

Of features, it is variational dropout (Gal and Ghahramani 2016). Of recurrent weights, it is
DropConnect (Merity, Keskar and Socher 2018).
"""

from __future__ import annotations

import torch
from torch import Tensor

from charlm.nn.transfer import move


def variational_dropout(
    x: Tensor, share: float, generator: torch.Generator | None, *, rank: int = 0, ranks: int = 1
) -> Tensor:
    """Drop a `share` of the features of `x` (T, B, H), the same ones at every time step.

    With an LSTM layer of 128 or 512 units, forward and backward in bf16, it adds 3 % to the time. A
    mask of its own for every step would add 69 or 22 % (64 streams of 128 steps, one thread).

    Args:
        x: time first.
        share: 0 returns `x` itself.
        generator: draws the mask; on the CPU, so that the mask does not depend on the device.
        rank: number of this process among those that share a batch.
        ranks: number of these processes. The mask is drawn for the rows of all of them, and each
            takes its own: so the masks do not depend on how many share a batch.
    """
    if share == 0:
        return x
    rows = x.shape[1]
    mask = draw_mask(rows * ranks, x.shape[2], share, generator)
    own = mask[:, rows * rank : rows * (rank + 1)]
    return x * move(own.to(x.dtype), x.device)


def draw_mask(rows: int, features: int, share: float, generator: torch.Generator | None) -> Tensor:
    """Return a mask (1, B, H) on the CPU to multiply with.

    It is 0 for what is dropped, and 1 / (1 - share) for what is kept.
    """
    keep = 1 - share
    return torch.empty(1, rows, features).bernoulli_(keep, generator=generator).div_(keep)


def drop_weights(weights: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """Drop a `share` of a matrix of weights, and scale up the rest by 1 / (1 - share).

    Args:
        weights: of any shape, on any device.
        share: 0 returns `weights` itself.
        generator: draws the mask; on the CPU, so that the mask does not depend on the device.
    """
    if share == 0:
        return weights
    keep = 1 - share
    # bernoulli_ takes twice as long as this. For 2048 x 512, forward and backward, a mask of the
    # type of the weights, made and used in place, takes 4.5 ms, a Boolean one 6.7 ms.
    mask = torch.rand(weights.shape, generator=generator).lt_(keep)
    return (weights * move(mask, weights.device)).div_(keep)
