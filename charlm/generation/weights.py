"""Weights in the order in which the cells read them."""

from __future__ import annotations

import mmap
from collections.abc import Mapping

import numpy as np

HALF = np.array(0.5, np.float32)


LARGE_PAGE = 1 << 21


class LayerWeights:
    """The weights of a layer, rearranged: shared by all states, read only.

    `table` (V, G) holds, for the lowest layer, the finished input part of every symbol.
    `matrix` is (G, E + H), or (G, H) where there is a table; `bias` is (G, 1).
    """

    def __init__(
        self,
        cell: str,
        weights: Mapping[str, np.ndarray],
        index: int,
        embedding: np.ndarray | None,
        block: Block,
    ) -> None:
        w_ih, w_hh, b_ih, b_hh = (
            _reordered(cell, weights[f"layers.{index}.{name}_l0"])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        self.input_size, self.hidden_size = w_ih.shape[1], w_hh.shape[1]
        # The candidate of a GRU takes r * (W h + b): its two halves must stay apart.
        self.separate = cell == "gru"
        self.inner_bias = b_hh[:, None] if self.separate else None
        bias = b_ih if self.separate else b_ih + b_hh
        self.table: np.ndarray | None = None
        self.bias = bias[:, None]
        if embedding is not None:
            self.table = embedding @ w_ih.T + bias
            self.matrix = block.columns(w_hh)
        elif self.separate:
            self.matrix, self.input_matrix = block.columns(w_hh), block.columns(w_ih)
        else:
            self.matrix = block.columns(np.hstack([w_ih, w_hh]))


def _reordered(cell: str, weight: np.ndarray) -> np.ndarray:
    """Return the rows of torch's `weight` in the order of the cells here, halves folded in."""
    if cell == "lstm":
        i, f, g, o = np.split(weight, 4)
        return np.concatenate([g, f * HALF, i * HALF, o * HALF])
    if cell == "gru":
        r, z, n = np.split(weight, 3)
        return np.concatenate([r * HALF, z * HALF, n])
    return weight


class Block:
    """One piece of memory for all matrices of a network, on large pages where there are any.

    Args:
        size: numbers that it has room for.
        kind: of what type they are.
    """

    def __init__(self, size: int, kind: type[np.generic] = np.float32) -> None:
        # mmap aligns to small pages; room for one large page more lets the start be aligned.
        memory = mmap.mmap(-1, np.dtype(kind).itemsize * size + LARGE_PAGE)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            memory.madvise(mmap.MADV_HUGEPAGE)
        block = np.frombuffer(memory, np.uint8)
        start = -block.ctypes.data % LARGE_PAGE
        self.free = block[start:][: np.dtype(kind).itemsize * size].view(kind)

    def columns(self, matrix: np.ndarray) -> np.ndarray:
        """Return a copy of `matrix` that lies here, column by column."""
        taken, self.free = self.free[: matrix.size], self.free[matrix.size :]
        columns = taken.reshape(matrix.shape[::-1]).T
        columns[:] = matrix
        return columns
