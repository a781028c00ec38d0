"""A trained model that reads a symbol at a time, and the state of the texts that it reads.

Speed on one core that reads 95 GB/s from its second-level cache of 2 MB and 29 GB/s from memory
beyond it: the weights of 4x128 are 1.9 MB, which takes 20 microseconds to read, and a character,
sampling included, takes 70 (the rest is some 60 calls of NumPy); 3x512 is 21 MB, which takes
0.73 ms, and a character takes 0.82 ms. `charlm.generation.weights` gives the reasons.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from charlm.config import ModelConfig
from charlm.generation.cells import CELLS, Layer
from charlm.generation.hold import Hold, check_hold
from charlm.generation.weights import Block, LayerWeights, check_shapes
from corpora.errors import UserError


class State:
    """The state of N streams, which `Network.step` advances in place.

    Args:
        network: the model that reads the streams.
        streams: how many there are, N.
    """

    def __init__(self, network: Network, streams: int) -> None:
        self.network, self.streams = network, streams
        self.layers: list[Layer] = network.make_layers(streams)
        for hold in network.holds:
            places = self.layers[hold.layer].held.setdefault(hold.field, [])
            places.append((hold.index, hold.values))
        self.top = np.empty((network.config.hidden_size, streams), np.float32)
        self.logits = np.zeros((network.vocabulary_size, streams), np.float32)
        residual = network.config.residual
        above = [*(layer.x for layer in self.layers[1:]), self.top]
        # Each layer, whether its input is added to its output, and where the sum goes.
        self.steps = [
            (layer, residual and layer.x.shape == into.shape, into)
            for layer, into in zip(self.layers, above, strict=True)
        ]

    def take(self, streams: np.ndarray) -> State:
        """Return a new state with copies of some of the streams.

        Args:
            streams: their numbers, in the order of the new state; a number may be repeated.
        """
        other = State(self.network, len(streams))
        for mine, theirs in zip(self.layers, other.layers, strict=True):
            for source, target in zip(mine.memory, theirs.memory, strict=True):
                target[:] = source[:, streams]
        other.logits[:] = self.logits[:, streams]
        return other


MOST_BYTES = 4 << 30
"""Memory of the states of streams that are read side by side, at most."""


class Network:
    """A trained model, ready to read.

    Args:
        config: its shape.
        weights: float32 arrays under the names of `CharLM.state_dict()`.
        vocabulary_size: how many symbols it knows.

    Raises:
        UserError: a weight is missing, or has another shape than `config` says.
    """

    def __init__(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary_size: int
    ) -> None:
        check_shapes(config, weights, vocabulary_size)
        self.config, self.vocabulary_size = config, vocabulary_size
        self.weights: Mapping[str, np.ndarray] = weights
        self.holds: tuple[Hold, ...] = ()
        self.embedding = np.ascontiguousarray(weights["embedding.weight"])
        block = Block(sum(array.size for array in weights.values()))
        self.layers = [
            LayerWeights(config.cell, weights, index, None if index else self.embedding, block)
            for index in range(config.num_layers)
        ]
        self.output = block.store(weights["output.weight"])
        self.output_bias = weights["output.bias"][:, None]

    def make_layers(self, streams: int) -> list[Layer]:
        """Return the layers with a state of zeros, for `streams` texts."""
        cell = CELLS[self.config.cell]
        return [cell(weights, streams) for weights in self.layers]

    def hold(self, holds: Sequence[Hold]) -> Self:
        """Return a network with the same weights that holds some units while it reads.

        Raises:
            UserError: it has no such layer, unit or field.
        """
        for hold in holds:
            check_hold(hold, self.config)
        other = copy.copy(self)
        other.holds = (*self.holds, *holds)
        return other

    def start(self, streams: int = 1) -> State:
        """Return the state before any text, for `streams` texts."""
        size = 4 * streams * (11 * self.config.num_layers * self.config.hidden_size)
        size += 32 * streams * self.vocabulary_size  # logits, and what sampling makes of them
        if size > MOST_BYTES:
            raise UserError(
                f"{streams:,} texts side by side would take {size / 1e9:,.0f} GB; take fewer"
            )
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
