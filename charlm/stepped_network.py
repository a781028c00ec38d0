"""Language models whose cell was registered: there is no NumPy form of it, so torch steps it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from charlm.config import ModelConfig
from charlm.generation.cells import Layer
from charlm.generation.network import Network
from charlm.model import CharLM
from charlm.nn.cells import RecurrentLayer, count_states
from charlm.nn.own import LayerState
from charlm.nn.recurrent import run_layer
from corpora.errors import UserError


class SteppedLayer:
    """A layer of a registered cell with its state (see `charlm.generation.cells.Layer`).

    Args:
        layer: torch's layer, which is only read.
        table: the embedding (V, E) for the lowest layer; None for the others.
        streams: number of texts side by side, N.
    """

    def __init__(self, layer: RecurrentLayer, table: np.ndarray | None, streams: int) -> None:
        self.layer, self.table = layer, table
        self.x = np.zeros((layer.input_size, streams), np.float32)
        self.h = np.zeros((layer.hidden_size, streams), np.float32)
        shape = (layer.hidden_size, streams)
        self.memory = tuple(np.zeros(shape, np.float32) for _ in range(count_states(layer)))
        self.fields: Mapping[str, np.ndarray] = {"hidden": self.h}
        self.held: dict[str, list[tuple[object, np.ndarray]]] = {}

    def step(self, ids: np.ndarray) -> None:
        """Read one symbol per stream: `ids` (N,) for the lowest layer, `x` for the others."""
        if self.table is not None:
            self.x[:] = self.table.take(ids, 0).T
        parts = [_to_torch(array) for array in self.memory]
        state: LayerState = parts[0] if len(parts) == 1 else (parts[0], parts[1])
        with torch.inference_mode():
            y, after = run_layer(self.layer, _to_torch(self.x), state)
        self.h[:] = y[0].numpy().T
        for array, part in zip(
            self.memory, (after,) if isinstance(after, torch.Tensor) else after, strict=True
        ):
            array[:] = part[0].numpy().T


def _to_torch(array: np.ndarray) -> torch.Tensor:
    """Return an array (F, N) as a copy of the form (1, N, F), which layers of torch read."""
    return torch.from_numpy(array.T.copy())[None]


class SteppedNetwork(Network):
    """A trained model with a registered cell, ready to read.

    It takes the arguments of `Network` and raises the same errors.
    """

    def __init__(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary_size: int
    ) -> None:
        check_shapes(config, weights, vocabulary_size)
        self.config, self.vocabulary_size = config, vocabulary_size
        self.weights, self.holds = weights, ()
        self.embedding = np.ascontiguousarray(weights["embedding.weight"])
        self.output = weights["output.weight"]
        self.output_bias = weights["output.bias"][:, None]
        with torch.random.fork_rng(devices=[]):  # its first weights are drawn, and replaced
            model = CharLM(config, vocabulary_size)
        model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
        self.modules = list(model.eval().stack())

    def make_layers(self, streams: int) -> list[Layer]:
        """Return the layers with a state of zeros, for `streams` texts."""
        tables = (self.embedding, *[None] * (len(self.modules) - 1))
        pairs = zip(self.modules, tables, strict=True)
        return [SteppedLayer(module, table, streams) for module, table in pairs]


def count_parameters(config: ModelConfig, vocabulary_size: int) -> int:
    """Return the number of trained numbers of such a model."""
    return sum(one.numel() for one in _sketch(config, vocabulary_size).parameters())


def _sketch(config: ModelConfig, vocabulary_size: int) -> CharLM:
    """Return a model with shapes and no memory: a file may claim sizes larger than that."""
    with torch.device("meta"):
        return CharLM(config, vocabulary_size)


def check_shapes(
    config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary_size: int
) -> None:
    """Raise `UserError` unless `weights` have the names and shapes of such a model."""
    if vocabulary_size < 1:
        raise UserError("a model cannot have an empty vocabulary")
    if config.num_layers > len(weights):  # a damaged number may be huge
        raise UserError(f"a model of {config.num_layers} layers cannot have {len(weights)} weights")
    state = _sketch(config, vocabulary_size).state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    if wrong := sorted(set(shapes.items()) ^ {(n, array.shape) for n, array in weights.items()}):
        name = wrong[0][0]
        found = weights[name].shape if name in weights else None
        raise UserError(
            f"the weight {name} should be {shapes.get(name) or 'missing'}, but is "
            f"{found or 'missing'}"
        )
