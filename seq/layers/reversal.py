"""Sequences of many lengths, each reversed within its length."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def reversal(lengths: Tensor, steps: int) -> Tensor:
    """Return, for sequences (T, B) of `lengths`, the row in T·B that each place takes when all are
    reversed within their lengths; the padding stays where it is. (T·B,)
    """
    times, columns = torch.arange(steps)[:, None], torch.arange(len(lengths))
    mirrored = torch.where(times < lengths, lengths - 1 - times, times)
    return (mirrored * len(lengths) + columns).flatten()


def reverse(x: Tensor, rows: Tensor) -> Tensor:
    """Return `x` (T, B, F) with every sequence reversed within its length; `rows`: `reversal`."""
    reversed_: Tensor = _Permute.apply(x, rows)  # type: ignore[no-untyped-call]
    return reversed_


class _Permute(torch.autograd.Function):
    """Takes rows by an order that is its own inverse: the gradient goes the same way back.

    The general gradient of indexing adds up row by row, since it cannot know that none is taken
    twice.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: Tensor) -> Tensor:
        ctx.save_for_backward(rows)
        return x.flatten(0, 1).index_select(0, rows).view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (rows,) = ctx.saved_tensors
        return gradient.flatten(0, 1).index_select(0, rows).view_as(gradient), None
