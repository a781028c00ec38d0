"""The weights of a model: names, shapes, and their order in memory.

The order is what makes a step fast. A step of one stream reads every weight once, so the time that
memory needs is a lower bound. To come close to it:

- the input weights of the lowest layer are multiplied with every embedding beforehand: the layer
  looks up its input part in a table instead of reading a matrix;
- the input and recurrent weights of a layer lie side by side, column by column: each layer is one
  matrix-vector product, which reads memory in the order in which it lies;
- all matrices lie in one block of memory, on large pages where the system has them: a second-level
  cache that is just large enough then holds them without conflicts (scattered small pages cost a
  seventh of the speed).
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping

import numpy as np

from charlm.config import GATES, ModelConfig
from corpora.errors import UserError

HALF = np.array(0.5, np.float32)


LARGE_PAGE = 1 << 21
"""Bytes of a large page of memory."""


def list_shapes(config: ModelConfig, vocabulary_size: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight of a model, by its name in `CharLM.state_dict()`."""
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
    """Raise `UserError` unless `weights` have the names and shapes of such a model."""
    if vocabulary_size < 1:
        raise UserError("a model cannot have an empty vocabulary")
    # Compared before the shapes are listed: a damaged num_layers may be huge.
    if len(weights) != 4 * config.num_layers + 3:
        raise UserError(f"a model of {config.num_layers} layers cannot have {len(weights)} weights")
    for name, shape in list_shapes(config, vocabulary_size).items():
        found = weights[name].shape if name in weights else None
        if found != shape:
            raise UserError(f"the weight {name} should be {shape}, but is {found or 'missing'}")


class LayerWeights:
    """The weights of a layer, rearranged for stepping: read only, shared by all states.

    `matrix` is (G, E + H), and `bias` is (G, 1), for G rows of gates. The lowest layer has a
    `table` (V, G) with the input part and the bias for every symbol; its `matrix` is (G, H).

    Args:
        cell: its cell, one of charlm's own.
        weights: the weights of the model, by name.
        index: number of the layer, from 0 at the bottom.
        embedding: the embedding (V, E) for the lowest layer; None for the others.
        block: memory to put the matrices into.
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
            _reorder(cell, weights[f"layers.{index}.{name}_l0"])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        self.input_size, self.hidden_size = w_ih.shape[1], w_hh.shape[1]
        # The candidate of a GRU takes r * (W h + b): input part and recurrent part stay apart.
        self.separate = cell == "gru"
        self.inner_bias = b_hh[:, None] if self.separate else None
        bias = b_ih if self.separate else b_ih + b_hh
        self.table: np.ndarray | None = None
        self.bias = bias[:, None]
        if embedding is not None:
            self.table = embedding @ w_ih.T + bias
            self.matrix = block.store(w_hh)
        elif self.separate:
            self.matrix, self.input_matrix = block.store(w_hh), block.store(w_ih)
        else:
            self.matrix = block.store(np.hstack([w_ih, w_hh]))


def _reorder(cell: str, weight: np.ndarray) -> np.ndarray:
    """Return the rows of torch's `weight` in the order of `charlm.generation.cells`.

    sigmoid(a) = (1 + tanh(a / 2)) / 2: rows of gates with a sigmoid are halved here.
    """
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
        size: how many numbers it can hold.
        kind: the type of the numbers.
    """

    def __init__(self, size: int, kind: type[np.generic] = np.float32) -> None:
        # mmap aligns to small pages; room for one more large page lets the start be aligned.
        memory = mmap.mmap(-1, np.dtype(kind).itemsize * size + LARGE_PAGE)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            memory.madvise(mmap.MADV_HUGEPAGE)
        block = np.frombuffer(memory, np.uint8)
        start = -block.ctypes.data % LARGE_PAGE
        self.free = block[start:][: np.dtype(kind).itemsize * size].view(kind)

    def store(self, matrix: np.ndarray) -> np.ndarray:
        """Return a copy of `matrix` in this block, column by column."""
        part, self.free = self.free[: matrix.size], self.free[matrix.size :]
        columns = part.reshape(matrix.shape[::-1]).T
        columns[:] = matrix
        return columns
