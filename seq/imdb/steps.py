"""What happens in a classifier's recurrent layers word by word: gates, cells, hidden states."""

from __future__ import annotations

import numpy as np
import torch

from charlm.arrays import Ints, Singles
from charlm.config import VANILLA, Cell
from charlm.generation.cells import CELLS, FIELDS
from charlm.generation.weights import Block, LayerWeights
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.nn.cells import RecurrentLayer
from seq.imdb.library import TextClassifier


def trace_steps(classifier: TextClassifier, ids: Ints) -> RecurrentSteps:
    """Return every gate and state of a classifier's layers at the words of a text.

    torch shows no gates: the steps are computed again in NumPy. In two directions, the backward
    units of a layer come after all forward ones.

    Args:
        classifier: the classifier.
        ids: ids of the words, (T,), at least one.
    """
    model = classifier.model
    cell, size = model.config.cell, model.config.hidden_size
    encoder = model.encoder
    with torch.inference_mode():
        x = model.embedding(torch.from_numpy(ids).to(classifier.device)).float().cpu().numpy()
    found: dict[str, list[Singles]] = {name: [] for name in FIELDS[cell]}
    parts: list[Singles] = []
    for depth in range(len(encoder.layers)):
        own = depth == 0 and encoder.split_input
        inputs = np.split(x, encoder.directions, axis=1) if own else [x] * encoder.directions
        read = [
            _read(cell, layer, inputs[number], backwards=number == 1)
            for number, layer in enumerate(encoder.layers_at(depth))
        ]
        for name, values in found.items():
            values.append(np.concatenate([one[name] for one in read], axis=1))
        parts.append(np.concatenate([one["recurrent"] for one in read], axis=1))
        x = found["hidden"][-1]
    fields = {name: np.stack(values, axis=1) for name, values in found.items()}
    names = ("hidden", "cell") if cell == "lstm" else ("hidden",)
    nothing = np.zeros((len(encoder.layers), encoder.directions * size), np.float32)
    return RecurrentSteps(
        cell,
        fields,
        dict.fromkeys(names, nothing),
        np.stack(parts, axis=1) if cell in VANILLA else None,
        size if encoder.directions == 2 else None,
    )


def _read(cell: Cell, layer: RecurrentLayer, x: Singles, *, backwards: bool) -> dict[str, Singles]:
    """Read a text in one direction of a layer; return each field, and W_hh h as `recurrent`.

    Args:
        cell: the cell.
        layer: the direction.
        x: its input, (T, F).
        backwards: take the last word first.
    """
    weights = {
        f"layers.0.{name}": tensor.detach().float().cpu().numpy()
        for name, tensor in layer.state_dict().items()
    }
    block = Block(sum(array.size for array in weights.values()))
    # The words of this text serve as an embedding: so each layer's input part is one product.
    stepping = CELLS[cell](LayerWeights(cell, weights, 0, x, block), 1)
    matrix = weights["layers.0.weight_hh_l0"]
    shape = (len(x), layer.hidden_size)
    found = {name: np.empty(shape, np.float32) for name in (*FIELDS[cell], "recurrent")}
    for place in range(len(x))[:: -1 if backwards else 1]:
        if cell in VANILLA:
            found["recurrent"][place] = matrix @ stepping.h[:, 0]
        stepping.step(np.array([place]))
        for name in FIELDS[cell]:
            found[name][place] = stepping.fields[name][:, 0]
    return found
