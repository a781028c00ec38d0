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

import mmap
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from charlm.config import ModelConfig
from corpora.errors import UserError

HALF = np.array(0.5, np.float32)
LARGE_PAGE = 1 << 21


class _Layer(Protocol):
    """A layer of one state: reads `x` (E, N) and `h` (H, N), writes `h`."""

    x: np.ndarray
    h: np.ndarray
    kept: tuple[np.ndarray, ...]
    """What a copy of the state must copy."""

    def step(self, ids: np.ndarray) -> None: ...


class _Weights:
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


class _Recurrent:
    """Buffers that all cells have: `x` and `h` are the two parts of `xh` (E + H, N)."""

    def __init__(self, weights: _Weights, streams: int) -> None:
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
    def __init__(self, weights: _Weights, streams: int) -> None:
        super().__init__(weights, streams)
        self.spare = np.empty_like(self.h)

    def step(self, ids: np.ndarray) -> None:
        """h = tanh(W [x, h] + b)."""
        self.preactivation(ids, self.spare)
        np.tanh(self.spare, self.h)


class _LSTM(_Recurrent):
    def __init__(self, weights: _Weights, streams: int) -> None:
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
    def __init__(self, weights: _Weights, streams: int) -> None:
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


class State:
    """The state of N streams: opaque, advanced by `Network.step`, copied by `copy`."""

    def __init__(self, network: Network, streams: int) -> None:
        self.network, self.streams = network, streams
        cell = CELLS[network.config.cell]
        self.layers: list[_Layer] = [cell(weights, streams) for weights in network.layers]
        self.top = np.empty((network.config.hidden_size, streams), np.float32)
        self.logits = np.zeros((network.vocabulary_size, streams), np.float32)
        residual = network.config.residual
        above = [*(layer.x for layer in self.layers[1:]), self.top]
        # Each layer, whether its input is added to its output, and where the sum goes.
        self.steps = [
            (layer, residual and layer.x.shape == into.shape, into)
            for layer, into in zip(self.layers, above, strict=True)
        ]

    def copy(self) -> State:
        """Return a state that goes its own way from here."""
        return self.take(np.arange(self.streams))

    def take(self, streams: np.ndarray) -> State:
        """Return a state of the given `streams`, by number, in that order, repeats allowed."""
        other = State(self.network, len(streams))
        for mine, theirs in zip(self.layers, other.layers, strict=True):
            for source, target in zip(mine.kept, theirs.kept, strict=True):
                target[:] = source[:, streams]
        other.logits[:] = self.logits[:, streams]
        return other


class Network:
    """A trained model, ready to step.

    Args:
        config: its shape.
        weights: float32 arrays under the names of `CharLM.state_dict()`.
        vocabulary_size: symbols that it knows.

    Raises:
        UserError: a weight is missing, or has another shape than `config` says.
    """

    def __init__(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary_size: int
    ) -> None:
        check_shapes(config, weights, vocabulary_size)
        self.config, self.vocabulary_size = config, vocabulary_size
        self.embedding = np.ascontiguousarray(weights["embedding.weight"])
        block = Block(sum(array.size for array in weights.values()))
        self.layers = [
            _Weights(config.cell, weights, index, None if index else self.embedding, block)
            for index in range(config.num_layers)
        ]
        self.output = block.columns(weights["output.weight"])
        self.output_bias = weights["output.bias"][:, None]

    def start(self, streams: int = 1) -> State:
        """Return the state before any text, for `streams` texts."""
        return State(self, streams)

    def step(self, state: State, ids: np.ndarray) -> np.ndarray:
        """Read one symbol per stream, ids (N,); return logits (V, N).

        The logits lie in a buffer of `state` that the next step overwrites.
        """
        if self.config.residual:
            state.layers[0].x[:] = self.embedding.take(ids, 0).T
        for layer, adds, above in state.steps:
            layer.step(ids)
            if adds:
                np.add(layer.x, layer.h, above)
            else:
                above[:] = layer.h
        np.dot(self.output, state.top, state.logits)
        np.add(state.logits, self.output_bias, state.logits)
        return state.logits


GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def shapes(config: ModelConfig, vocabulary_size: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight of a model, by name."""
    hidden, gates = config.hidden_size, GATES[config.cell] * config.hidden_size
    named: dict[str, tuple[int, ...]] = {
        "embedding.weight": (vocabulary_size, config.embedding_size)
    }
    for index in range(config.num_layers):
        inputs = hidden if index else config.embedding_size
        named[f"layers.{index}.weight_ih_l0"] = (gates, inputs)
        named[f"layers.{index}.weight_hh_l0"] = (gates, hidden)
        named[f"layers.{index}.bias_ih_l0"] = (gates,)
        named[f"layers.{index}.bias_hh_l0"] = (gates,)
    return named | {"output.weight": (vocabulary_size, hidden), "output.bias": (vocabulary_size,)}


def check_shapes(
    config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary_size: int
) -> None:
    """Raise `UserError` unless `weights` are those of such a model."""
    if vocabulary_size < 1:
        raise UserError("a model cannot have an empty vocabulary")
    # Compared before anything is listed: a damaged num_layers may be huge.
    if len(weights) != 4 * config.num_layers + 3:
        raise UserError(f"a model of {config.num_layers} layers cannot have {len(weights)} weights")
    for name, shape in shapes(config, vocabulary_size).items():
        found = weights[name].shape if name in weights else None
        if found != shape:
            raise UserError(f"the weight {name} should be {shape}, but is {found or 'missing'}")
