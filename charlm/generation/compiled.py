"""Steps of a single stream, compiled by Numba (optional).

A step of one stream reads every weight once, and that is most of its time. Weights that fit into
half precision, as those of the models that ship with charlm, stay in half precision in memory: half
as many bytes are read, and each weight is widened for the product, which is exact. A step is one
call, without the overhead of NumPy. Results differ from `charlm.generation.cells` only by the order
of the sums.
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
    # A check for zero before each division would keep LLVM from vectorizing the loops.
    "error_model": "numpy",
}


def _define_widen(typing_context: Any, weight: Any) -> Any:
    """Define `_widen`: it turns a weight, float32 or the bits of a float16, into a float32."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if weight == types.float32:
            return arguments[0]
        return builder.fpext(builder.bitcast(arguments[0], ir.HalfType()), ir.FloatType())

    return types.float32(weight), code


_widen: Any = intrinsic(_define_widen)


@njit(inline="always", **ARITHMETIC)
def _tanh(x: Any) -> Any:
    """Return tanh with a relative error of 3e-7, by operations that vectorize.

    Lambert's continued fraction is that accurate up to 9 / 8; three doublings, tanh 2y = 2 tanh y /
    (1 + tanh² y), reach 9. Beyond 9, tanh is 1 in single precision.
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
    """Add x W to `out` (G,), for x (K,) and W (K, G) at `begin` of `weights`; return W's end.

    Eight rows are added at a time: `out` is then read and written an eighth as often.
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
                (_widen(w[k, j]) * x0 + _widen(w[k + 1, j]) * x1)
                + (_widen(w[k + 2, j]) * x2 + _widen(w[k + 3, j]) * x3)
            ) + (
                (_widen(w[k + 4, j]) * x4 + _widen(w[k + 5, j]) * x5)
                + (_widen(w[k + 6, j]) * x6 + _widen(w[k + 7, j]) * x7)
            )
    for k in range(whole, len(x)):
        for j in range(size):
            out[j] += _widen(w[k, j]) * x[k]
    return end


@njit(**ARITHMETIC)
def _rnn(outer: Array, inner: Array, h: Array, relu: bool) -> None:
    for j in range(len(h)):
        h[j] = max(outer[j] + inner[j], f32(0)) if relu else _tanh(outer[j] + inner[j])


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
    relu: bool,
    memory: Array,
    logits: Array,
) -> None:
    """Read a symbol: change `memory` and `logits`. The rest are fields of `CompiledNetwork`."""
    layers, states, size = memory.shape
    x = bottom[symbol].copy()
    outer, inner = np.empty_like(outer_bias[0]), np.empty_like(inner_bias[0])
    at = 0
    for layer in range(layers):
        h = memory[layer, 0]
        if layer == 0:
            outer[:] = table[symbol]
        else:
            outer[:] = outer_bias[layer]
            at = _add_product(x, weights, at, outer)
        inner[:] = inner_bias[layer]
        at = _add_product(h, weights, at, inner)
        if len(outer) == size:
            _rnn(outer, inner, h, relu)
        elif states == 1:
            _gru(outer, inner, h)
        else:
            _lstm(outer, inner, h, memory[layer, 1])
        if layer == 0 or residual:
            for j in range(size):
                x[j] += h[j]
        else:
            x[:] = h
    logits[:] = last_bias
    _add_product(x, weights, at, logits)


class Stream(State):
    """The state of one stream: `memory` is (L, 1, H) or, for h and c of an LSTM, (L, 2, H)."""

    network: CompiledNetwork

    def __init__(self, network: CompiledNetwork) -> None:
        super().__init__(network, 1)
        states = len(self.layers[0].memory)
        config = network.config
        self.memory = np.zeros((config.num_layers, states, config.hidden_size), f32)
        self.flat_logits = self.logits[:, 0]

    def take(self, streams: np.ndarray) -> State:
        """Return a copy of this state, for one stream or for several.

        Args:
            streams: zeros, one for each stream of the copy.
        """
        if len(streams) == 1:
            other = Stream(self.network)
            other.memory[:], other.logits[:] = self.memory, self.logits
            return other
        for layer, own in zip(self.layers, self.memory, strict=True):
            for target, source in zip(layer.memory, own, strict=True):
                target[:, 0] = source
        return super().take(streams)


class CompiledNetwork(Network):
    """A trained model that steps one stream in compiled code, and several streams in NumPy.

    It takes the arguments of `Network` and raises the same errors.
    """

    def __init__(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary_size: int
    ) -> None:
        super().__init__(config, weights, vocabulary_size)

        def list_layers(name: str) -> list[np.ndarray]:
            return [weights[f"layers.{index}.{name}_l0"] for index in range(config.num_layers)]

        lowest, *w_ih = list_layers("weight_ih")
        w_hh = list_layers("weight_hh")
        # In the order in which a step reads them. The input part of the lowest layer is a table.
        pairs = zip(w_ih, w_hh[1:], strict=True)
        matrices = [w_hh[0], *(matrix for pair in pairs for matrix in pair)]
        self.matrices = _pack([*matrices, weights["output.weight"]])
        self.outer_bias = np.stack(list_layers("bias_ih"))
        self.inner_bias = np.stack(list_layers("bias_hh"))
        self.last_bias = weights["output.bias"]
        self.table = self.embedding @ lowest.T + self.outer_bias[0]
        adds = config.residual and config.embedding_size == config.hidden_size
        # Added to the output of the lowest layer: its input, or nothing.
        shape = (vocabulary_size, config.hidden_size)
        self.bottom = self.embedding if adds else np.zeros(shape, f32)

    def start(self, streams: int = 1) -> State:
        """Return the state before any text; one that holds units is stepped in NumPy."""
        return Stream(self) if streams == 1 and not self.holds else super().start(streams)

    def step(self, state: State, ids: np.ndarray) -> np.ndarray:
        """Read one symbol per stream, ids (N,); return logits (V, N).

        The logits lie in a buffer of `state` that the next step overwrites.
        """
        if not isinstance(state, Stream):
            return super().step(state, ids)
        _step(
            int(ids[0]),
            self.matrices,
            self.table,
            self.bottom,
            self.outer_bias,
            self.inner_bias,
            self.last_bias,
            self.config.residual,
            self.config.cell == "rnn_relu",
            state.memory,
            state.flat_logits,
        )
        return state.logits


def _pack(matrices: list[np.ndarray]) -> np.ndarray:
    """Return all matrices in one array, column by column: in half precision if that is exact."""
    halves = [matrix.astype(np.float16) for matrix in matrices]
    exact = all(map(np.array_equal, halves, matrices))
    block = Block(sum(matrix.size for matrix in matrices), np.uint16 if exact else f32)
    whole = block.free
    for matrix in [half.view(np.uint16) for half in halves] if exact else matrices:
        block.store(matrix)
    return whole
