"""The recurrent cells in NumPy: one step of a layer, for one stream or many.

Arrays are features first, (H, N) for N streams: the gates are then contiguous for any N, and the
same code multiplies a matrix with one vector or with many.

The weights of gates with a sigmoid are halved beforehand: sigmoid(a) = (1 + tanh(a / 2)) / 2, so
that one call of tanh serves all gates. Almost every result goes into a buffer that exists.

After a step, `fields` shows what happened in it. During a step, fields of some units can be held
at values of the caller's (see `charlm.generation.hold`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from charlm.config import Cell, CellTable
from charlm.generation.weights import HALF, LayerWeights

FIELDS: Mapping[Cell, tuple[str, ...]] = CellTable(
    rnn=("hidden",),
    rnn_relu=("hidden",),
    lstm=("hidden", "cell", "input", "forget", "candidate", "output"),
    gru=("hidden", "reset", "update", "candidate"),
)
"""What can be seen of a step, by cell: the states, then the gates and the candidate. Formulas with
these names: LSTM c = forget * c + input * candidate, h = output * tanh(c); GRU (torch's form)
h = (1 - update) * candidate + update * h, whose candidate takes reset * (U h)."""


ZERO = np.float32(0)


class Layer(Protocol):
    """A layer with its state: reads `x` (E, N) and `h` (H, N), writes `h`."""

    x: np.ndarray
    h: np.ndarray
    memory: tuple[np.ndarray, ...]
    """Arrays that carry the state from step to step: h, or h and c of an LSTM."""
    fields: Mapping[str, np.ndarray]
    """Arrays (H, N) with the values of the last step, by the names of `FIELDS`."""
    held: dict[str, list[tuple[Any, np.ndarray]]]
    """Values that replace those of a step, with their index into the array, by field."""

    def step(self, ids: np.ndarray) -> None:
        """Read one symbol per stream: `ids` (N,) for the lowest layer, `x` for the others."""


class _Recurrent:
    """Buffers that all cells have: `x` and `h` are the two parts of `xh` (E + H, N)."""

    def __init__(self, weights: LayerWeights, streams: int) -> None:
        inputs, hidden = weights.input_size, weights.hidden_size
        self.weights = weights
        self.xh = np.zeros((inputs + hidden, streams), np.float32)
        self.x, self.h = self.xh[:inputs], self.xh[inputs:]
        self.operand = self.h if weights.table is not None else self.xh
        self.memory: tuple[np.ndarray, ...] = (self.h,)
        self.fields: Mapping[str, np.ndarray] = {"hidden": self.h}
        self.held: dict[str, list[tuple[Any, np.ndarray]]] = {}

    def hold(self, *names: str) -> None:
        """Put the values of held units into these fields, which have just been computed."""
        for name in names:
            for index, values in self.held.get(name, ()):
                self.fields[name][index] = values

    def preactivate(self, ids: np.ndarray, out: np.ndarray) -> None:
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
        """Compute h = tanh(W [x, h] + b)."""
        self.preactivate(ids, self.spare)
        np.tanh(self.spare, self.h)
        if self.held:
            self.hold("hidden")


class _ReluRNN(_RNN):
    def step(self, ids: np.ndarray) -> None:
        """Compute h = max(0, W [x, h] + b)."""
        self.preactivate(ids, self.spare)
        np.maximum(self.spare, ZERO, out=self.h)
        if self.held:
            self.hold("hidden")


class _LSTM(_Recurrent):
    def __init__(self, weights: LayerWeights, streams: int) -> None:
        super().__init__(weights, streams)
        size = weights.hidden_size
        block = np.zeros((5 * size, streams), np.float32)
        # c lies before g, and f before i: one product then gives f * c and i * g.
        self.c, self.gates = block[:size], block[size:]
        self.c_g, self.f_i = block[: 2 * size], block[2 * size : 4 * size]
        self.sigmoids, self.o = block[2 * size :], block[4 * size :]
        self.products = np.empty((2 * size, streams), np.float32)
        self.forgotten, self.added = self.products[:size], self.products[size:]
        self.memory = (self.h, self.c)
        parts = zip(("candidate", "forget", "input", "output"), np.split(block, 5)[1:], strict=True)
        self.fields = {"hidden": self.h, "cell": self.c, **dict(parts)}

    def step(self, ids: np.ndarray) -> None:
        """Compute c = f * c + i * g and h = o * tanh(c)."""
        self.preactivate(ids, self.gates)
        np.tanh(self.gates, self.gates)
        sigmoids, c, h = self.sigmoids, self.c, self.h
        np.multiply(sigmoids, HALF, sigmoids)
        np.add(sigmoids, HALF, sigmoids)
        if self.held:
            self.hold("input", "forget", "candidate", "output")
        np.multiply(self.f_i, self.c_g, self.products)
        np.add(self.forgotten, self.added, c)
        if self.held:
            self.hold("cell")
        np.tanh(c, h)
        np.multiply(h, self.o, h)
        if self.held:
            self.hold("hidden")


class _GRU(_Recurrent):
    def __init__(self, weights: LayerWeights, streams: int) -> None:
        super().__init__(weights, streams)
        size = weights.hidden_size
        self.inputs = np.empty((3 * size, streams), np.float32)
        self.inner = np.empty((3 * size, streams), np.float32)
        self.r_z, self.inner_r_z = self.inputs[: 2 * size], self.inner[: 2 * size]
        self.r, self.z = self.inputs[:size], self.inputs[size : 2 * size]
        self.n, self.inner_n = self.inputs[2 * size :], self.inner[2 * size :]
        self.fields = {"hidden": self.h, "reset": self.r, "update": self.z, "candidate": self.n}

    def step(self, ids: np.ndarray) -> None:
        """Compute n = tanh(W x + r * (U h)) and h = n + z * (h - n)."""
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
        if self.held:
            self.hold("reset", "update")
        np.multiply(self.inner_n, self.r, self.inner_n)
        np.add(n, self.inner_n, n)
        np.tanh(n, n)
        if self.held:
            self.hold("candidate")
        np.subtract(h, n, h)
        np.multiply(h, self.z, h)
        np.add(h, n, h)
        if self.held:
            self.hold("hidden")


CELLS: Mapping[Cell, type[_RNN] | type[_LSTM] | type[_GRU]] = CellTable(
    rnn=_RNN, rnn_relu=_ReluRNN, lstm=_LSTM, gru=_GRU
)
