"""A trained model as a network that steps, and the state of the texts that it reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from charlm.config import GATES, ModelConfig
from charlm.generation.cells import CELLS, Layer
from charlm.generation.weights import Block, LayerWeights
from corpora.errors import UserError


class State:
    """The state of N streams: opaque, advanced by `Network.step`, copied by `copy`."""

    def __init__(self, network: Network, streams: int) -> None:
        self.network, self.streams = network, streams
        cell = CELLS[network.config.cell]
        self.layers: list[Layer] = [cell(weights, streams) for weights in network.layers]
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
            LayerWeights(config.cell, weights, index, None if index else self.embedding, block)
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
