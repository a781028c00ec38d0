"""Reverse each sequence of a padded batch within its own length."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def reversed_rows(lengths: Tensor, steps: int) -> Tensor:
    """Return the order of rows that reverses each sequence within its length.

    Args:
        lengths: lengths of the sequences, (B,).
        steps: T, length of the padded batch.

    Returns:
        Row numbers of the batch as a matrix of T·B rows, (T·B,). Padding stays in its place.
    """
    times, columns = torch.arange(steps)[:, None], torch.arange(len(lengths))
    mirrored = torch.where(times < lengths, lengths - 1 - times, times)
    return (mirrored * len(lengths) + columns).flatten()


def reverse(x: Tensor, rows: Tensor) -> Tensor:
    """Return `x` (T, B, F) with its rows in the order of `reversed_rows`."""
    reversed_: Tensor = _Permute.apply(x, rows)  # type: ignore[no-untyped-call]
    return reversed_


class _Permute(torch.autograd.Function):
    """A permutation of rows that is its own inverse. The gradient is permuted in the same way.

    The gradient of torch's indexing adds up row by row instead, because it must allow for rows that
    are taken twice.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: Tensor) -> Tensor:
        ctx.save_for_backward(rows)
        return x.flatten(0, 1).index_select(0, rows).view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (rows,) = ctx.saved_tensors
        return gradient.flatten(0, 1).index_select(0, rows).view_as(gradient), None
