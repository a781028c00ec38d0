"""One stream, compiled by Numba: what `cells` does, past what NumPy can do. Optional.

A step of one stream reads every weight once, and that is most of its time. Models that are shipped
are kept in half precision, and so, here, are they in memory: half of the bytes to read, each weight
widened on its way into the product, which is exact. What is left of the overhead goes as well, for
a step is one call. Weights that half precision cannot hold, those of a run folder, stay as they
are and gain the latter alone.

The results are those of `cells`, but for the order in which products are summed up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from charlm.config import ModelConfig
from charlm.generation.network import Network, State
from charlm.generation.weights import Block

Array = np.ndarray
f32 = np.float32
ARITHMETIC: dict[str, Any] = {
    "cache": True,
    # a * b + c may be rounded once; the order of sums stays as written.
    "fastmath": {"contract"},
    # A check for zero before each division would keep loops from becoming vector code.
    "error_model": "numpy",
}


def _widening(typing_context: Any, weight: Any) -> Any:
    """Return a weight in single precision: a float32, or the bits of a float16 as a uint16."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if weight == types.float32:
            return arguments[0]
        return builder.fpext(builder.bitcast(arguments[0], ir.HalfType()), ir.FloatType())

    return types.float32(weight), code


_widened: Any = intrinsic(_widening)


@njit(inline="always", **ARITHMETIC)
def _tanh(x: Any) -> Any:
    """Return tanh, to 3e-7 of it, by operations that a loop can do on vectors.

    Lambert's continued fraction is good to that up to 9 / 8; tanh 2y = 2 tanh y / (1 + tanh² y)
    goes from there to 9, beyond which tanh is 1 in single precision.
    """
    y = min(max(x, f32(-9)), f32(9)) * f32(0.125)
    square = y * y
    t = y * (f32(945) + square * (f32(105) + square))
    t /= f32(945) + square * (f32(420) + square * f32(15))
    t = f32(2) * t / (f32(1) + t * t)
    t = f32(2) * t / (f32(1) + t * t)
    return f32(2) * t / (f32(1) + t * t)


@njit(inline="always", **ARITHMETIC)
def _sigmoid(x: Any) -> Any:
    return f32(0.5) + f32(0.5) * _tanh(f32(0.5) * x)


@njit(**ARITHMETIC)
def _add_product(x: Array, weights: Array, begin: int, out: Array) -> int:
    """Add x W to `out` (G,), for x (K,) and W (K, G) at `begin` of `weights`; return its end.

    Eight rows at a time: `out` is then read and written an eighth as often, and memory is read in
    as many places as the processor fetches ahead in.
    """
    size = len(out)
    end = begin + len(x) * size
    w = weights[begin:end].reshape(len(x), size)
    whole = len(x) - len(x) % 8
    for k in range(0, whole, 8):
        x0, x1, x2, x3 = x[k], x[k + 1], x[k + 2], x[k + 3]
        x4, x5, x6, x7 = x[k + 4], x[k + 5], x[k + 6], x[k + 7]
        for j in range(size):
            out[j] += (
                (_widened(w[k, j]) * x0 + _widened(w[k + 1, j]) * x1)
                + (_widened(w[k + 2, j]) * x2 + _widened(w[k + 3, j]) * x3)
            ) + (
                (_widened(w[k + 4, j]) * x4 + _widened(w[k + 5, j]) * x5)
                + (_widened(w[k + 6, j]) * x6 + _widened(w[k + 7, j]) * x7)
            )
    for k in range(whole, len(x)):
        for j in range(size):
            out[j] += _widened(w[k, j]) * x[k]
    return end


@njit(**ARITHMETIC)
def _rnn(outer: Array, inner: Array, h: Array) -> None:
    for j in range(len(h)):
        h[j] = _tanh(outer[j] + inner[j])


@njit(**ARITHMETIC)
def _gru(outer: Array, inner: Array, h: Array) -> None:
    size = len(h)
    for j in range(size):
        r = _sigmoid(outer[j] + inner[j])
        z = _sigmoid(outer[size + j] + inner[size + j])
        n = _tanh(outer[2 * size + j] + r * inner[2 * size + j])
        h[j] = n + z * (h[j] - n)


@njit(**ARITHMETIC)
def _lstm(outer: Array, inner: Array, h: Array, c: Array) -> None:
    size = len(h)
    for j in range(size):
        i = _sigmoid(outer[j] + inner[j])
        f = _sigmoid(outer[size + j] + inner[size + j])
        g = _tanh(outer[2 * size + j] + inner[2 * size + j])
        o = _sigmoid(outer[3 * size + j] + inner[3 * size + j])
        c[j] = f * c[j] + i * g
        h[j] = o * _tanh(c[j])


@njit(**ARITHMETIC)
def _step(
    symbol: int,
    weights: Array,
    table: Array,
    bottom: Array,
    outer_bias: Array,
    inner_bias: Array,
    last_bias: Array,
    residual: bool,
    kept: Array,
    logits: Array,
) -> None:
    """Read a symbol: advance `kept` and write `logits`. Arrays are those of the classes below."""
    layers, states, size = kept.shape
    x = bottom[symbol].copy()
    outer, inner = np.empty_like(outer_bias[0]), np.empty_like(inner_bias[0])
    at = 0
    for layer in range(layers):
        h = kept[layer, 0]
        if layer == 0:
            outer[:] = table[symbol]
        else:
            outer[:] = outer_bias[layer]
            at = _add_product(x, weights, at, outer)
        inner[:] = inner_bias[layer]
        at = _add_product(h, weights, at, inner)
        if len(outer) == size:
            _rnn(outer, inner, h)
        elif states == 1:
            _gru(outer, inner, h)
        else:
            _lstm(outer, inner, h, kept[layer, 1])
        if layer == 0 or residual:
            for j in range(size):
                x[j] += h[j]
        else:
            x[:] = h
    logits[:] = last_bias
    _add_product(x, weights, at, logits)


class Stream(State):
    """The state of one stream: `kept` (L, 1, H) or, with the cells of an LSTM, (L, 2, H)."""

    network: CompiledNetwork

    def __init__(self, network: CompiledNetwork) -> None:
        super().__init__(network, 1)
        states = len(self.layers[0].kept)
        config = network.config
        self.kept = np.zeros((config.num_layers, states, config.hidden_size), f32)
        self.flat_logits = self.logits[:, 0]

    def take(self, streams: np.ndarray) -> State:
        """Return a state of as many streams as `streams` has zeros, all like this one."""
        if len(streams) == 1:
            other = Stream(self.network)
            other.kept[:], other.logits[:] = self.kept, self.logits
            return other
        for layer, kept in zip(self.layers, self.kept, strict=True):
            for target, source in zip(layer.kept, kept, strict=True):
                target[:, 0] = source
        return super().take(streams)


class CompiledNetwork(Network):
    """A trained model that steps one stream in compiled code, and several in NumPy.

    Arguments and errors as for `Network`.
    """

    def __init__(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary_size: int
    ) -> None:
        super().__init__(config, weights, vocabulary_size)

        def of_layers(name: str) -> list[np.ndarray]:
            return [weights[f"layers.{index}.{name}_l0"] for index in range(config.num_layers)]

        lowest, *w_ih = of_layers("weight_ih")
        w_hh = of_layers("weight_hh")
        # In the order in which a step reads them; of the lowest layer the input part is a table.
        matrices = [w_hh[0]]
        for pair in zip(w_ih, w_hh[1:], strict=True):
            matrices += pair
        self.in_order = _in_order([*matrices, weights["output.weight"]])
        self.outer_bias = np.stack(of_layers("bias_ih"))
        self.inner_bias = np.stack(of_layers("bias_hh"))
        self.last_bias = weights["output.bias"]
        self.table = self.embedding @ lowest.T + self.outer_bias[0]
        adds = config.residual and config.embedding_size == config.hidden_size
        # What the lowest layer adds its output to.
        nothing = np.zeros((vocabulary_size, config.hidden_size), f32)
        self.bottom = self.embedding if adds else nothing

    def start(self, streams: int = 1) -> State:
        """Return the state before any text, for `streams` texts."""
        return Stream(self) if streams == 1 else super().start(streams)

    def step(self, state: State, ids: np.ndarray) -> np.ndarray:
        """Read one symbol per stream, ids (N,); return logits (V, N).

        The logits lie in a buffer of `state` that the next step overwrites.
        """
        if not isinstance(state, Stream):
            return super().step(state, ids)
        _step(
            int(ids[0]),
            self.in_order,
            self.table,
            self.bottom,
            self.outer_bias,
            self.inner_bias,
            self.last_bias,
            self.config.residual,
            state.kept,
            state.flat_logits,
        )
        return state.logits


def _in_order(matrices: list[np.ndarray]) -> np.ndarray:
    """Return all matrices in one array, column by column: halves, if that changes no weight."""
    size = sum(matrix.size for matrix in matrices)
    halves = [matrix.astype(np.float16) for matrix in matrices]
    exact = all(map(np.array_equal, halves, matrices))
    block = Block(size, np.uint16 if exact else f32)
    whole = block.free
    for matrix in [half.view(np.uint16) for half in halves] if exact else matrices:
        block.columns(matrix)
    return whole
