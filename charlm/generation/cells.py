"""The recurrent cells in NumPy: stepping without torch, one stream or many.

A step of one stream reads every weight once, so the floor is memory. Measured on one core that
reads 95 GB/s from its second-level cache of 2 MB and 29 GB/s from beyond: 4x128 is 1.9 MB, which
takes 20 microseconds, and a character, sampling included, takes 70 (the rest is some 60 calls of
NumPy); 3x512 is 21 MB, which takes 0.73 ms, and a character takes 0.82. What brings it there:

- the input weights of the lowest layer are multiplied with every embedding beforehand, so that the
  layer looks its input part up instead of reading a matrix;
- input and recurrent weights of a layer lie side by side, column by column: one matrix-vector
  product a layer, over memory in the order in which it lies;
- all matrices lie in one block, on large pages where the system has them: a second-level cache that
  is just large enough then holds them without conflicts (scattered small pages cost a seventh);
- sigmoid(a) = (1 + tanh(a / 2)) / 2, with the half folded into the weights, so that all gates go
  through one call of tanh; nearly every result goes into a buffer that exists.

Arrays are features first, (H, N) for N streams: gates are then contiguous for any N, and the
matrix product becomes a matrix-matrix one with no other change.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from charlm.generation.weights import HALF, LayerWeights


class Layer(Protocol):
    """A layer of one state: reads `x` (E, N) and `h` (H, N), writes `h`."""

    x: np.ndarray
    h: np.ndarray
    kept: tuple[np.ndarray, ...]
    """What a copy of the state must copy."""

    def step(self, ids: np.ndarray) -> None: ...


class _Recurrent:
    """Buffers that all cells have: `x` and `h` are the two parts of `xh` (E + H, N)."""

    def __init__(self, weights: LayerWeights, streams: int) -> None:
        inputs, hidden = weights.input_size, weights.hidden_size
        self.weights = weights
        self.xh = np.zeros((inputs + hidden, streams), np.float32)
        self.x, self.h = self.xh[:inputs], self.xh[inputs:]
        self.operand = self.h if weights.table is not None else self.xh
        self.kept: tuple[np.ndarray, ...] = (self.h,)

    def preactivation(self, ids: np.ndarray, out: np.ndarray) -> None:
        """Write W [x, h] + b into `out` (G, N)."""
        weights = self.weights
        np.dot(weights.matrix, self.operand, out)
        if weights.table is None:
            np.add(out, weights.bias, out)
        else:
            np.add(out, weights.table.take(ids, 0).T, out)


class _RNN(_Recurrent):
    def __init__(self, weights: LayerWeights, streams: int) -> None:
        super().__init__(weights, streams)
        self.spare = np.empty_like(self.h)

    def step(self, ids: np.ndarray) -> None:
        """h = tanh(W [x, h] + b)."""
        self.preactivation(ids, self.spare)
        np.tanh(self.spare, self.h)


class _LSTM(_Recurrent):
    def __init__(self, weights: LayerWeights, streams: int) -> None:
        super().__init__(weights, streams)
        size = weights.hidden_size
        block = np.zeros((5 * size, streams), np.float32)
        # c lies before g and f before i, so that f*c and i*g are one product.
        self.c, self.gates = block[:size], block[size:]
        self.c_g, self.f_i = block[: 2 * size], block[2 * size : 4 * size]
        self.sigmoids, self.o = block[2 * size :], block[4 * size :]
        self.products = np.empty((2 * size, streams), np.float32)
        self.forgotten, self.added = self.products[:size], self.products[size:]
        self.kept = (self.h, self.c)

    def step(self, ids: np.ndarray) -> None:
        """c = f * c + i * g; h = o * tanh(c)."""
        self.preactivation(ids, self.gates)
        np.tanh(self.gates, self.gates)
        sigmoids, c, h = self.sigmoids, self.c, self.h
        np.multiply(sigmoids, HALF, sigmoids)
        np.add(sigmoids, HALF, sigmoids)
        np.multiply(self.f_i, self.c_g, self.products)
        np.add(self.forgotten, self.added, c)
        np.tanh(c, h)
        np.multiply(h, self.o, h)


class _GRU(_Recurrent):
    def __init__(self, weights: LayerWeights, streams: int) -> None:
        super().__init__(weights, streams)
        size = weights.hidden_size
        self.inputs = np.empty((3 * size, streams), np.float32)
        self.inner = np.empty((3 * size, streams), np.float32)
        self.r_z, self.inner_r_z = self.inputs[: 2 * size], self.inner[: 2 * size]
        self.r, self.z = self.inputs[:size], self.inputs[size : 2 * size]
        self.n, self.inner_n = self.inputs[2 * size :], self.inner[2 * size :]

    def step(self, ids: np.ndarray) -> None:
        """n = tanh(W x + r * (U h)); h = n + z * (h - n)."""
        weights, h, n = self.weights, self.h, self.n
        assert weights.inner_bias is not None
        if weights.table is not None:
            self.inputs[:] = weights.table.take(ids, 0).T
        else:
            np.dot(weights.input_matrix, self.x, self.inputs)
            np.add(self.inputs, weights.bias, self.inputs)
        np.dot(weights.matrix, h, self.inner)
        np.add(self.inner, weights.inner_bias, self.inner)
        np.add(self.r_z, self.inner_r_z, self.r_z)
        np.tanh(self.r_z, self.r_z)
        np.multiply(self.r_z, HALF, self.r_z)
        np.add(self.r_z, HALF, self.r_z)
        np.multiply(self.inner_n, self.r, self.inner_n)
        np.add(n, self.inner_n, n)
        np.tanh(n, n)
        np.subtract(h, n, h)
        np.multiply(h, self.z, h)
        np.add(h, n, h)


CELLS: dict[str, type[_RNN] | type[_LSTM] | type[_GRU]] = {"rnn": _RNN, "lstm": _LSTM, "gru": _GRU}
