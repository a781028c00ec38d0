"""Pooling of the states of a sequence into one vector."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

Pooling = Literal["last", "mean", "max", "concat"]
PARTS = {"last": 1, "mean": 1, "max": 1, "concat": 3}
"""Width of the pooled vector, in widths of a state."""


def pool(states: Tensor, lengths: Tensor, pooling: Pooling, hidden_size: int) -> Tensor:
    """Return a vector for each sequence, (B, D·H), or (B, 3·D·H) with concat pooling.

    Args:
        states: states of an encoder with D directions, (T, B, D·H). Padding is ignored.
        lengths: lengths of the sequences, (B,), at least 1.
        pooling: last takes the last state of each direction. mean and max are over all states.
            concat concatenates the three (Howard and Ruder 2018).
        hidden_size: H, units of each direction.
    """
    steps, rows = states.shape[:2]
    lengths = lengths.to(states.device)
    padding = (torch.arange(steps, device=states.device)[:, None] >= lengths)[..., None]
    parts = []
    if pooling in ("last", "concat"):
        # The backward direction reads the first symbol last.
        last = states[lengths - 1, torch.arange(rows, device=states.device)]
        parts.append(torch.cat([last[:, :hidden_size], states[0, :, hidden_size:]], dim=1))
    if pooling in ("max", "concat"):
        parts.append(states.masked_fill(padding, -math.inf).amax(dim=0))
    if pooling in ("mean", "concat"):
        total = states.float().masked_fill(padding, 0.0).sum(dim=0)
        parts.append((total / lengths[:, None]).to(states.dtype))
    return torch.cat(parts, dim=1)
