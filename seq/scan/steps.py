"""What happens in a translator's decoder in each step: gates, cells, hidden states."""

from __future__ import annotations

import numpy as np
import torch

from charlm.arrays import Singles
from charlm.config import VANILLA
from charlm.generation.cells import CELLS, FIELDS
from charlm.generation.weights import Block, LayerWeights
from charlm.inside.recurrent_steps import RecurrentSteps
from seq.batches import pad
from seq.padding import END, START
from seq.scan.library import CommandTranslator, TranslatedCommand


def trace_decoder(translator: CommandTranslator, found: TranslatedCommand) -> RecurrentSteps:
    """Return every gate and state of the decoder while it writes a translation.

    The decoder's steps are computed again in NumPy, which shows the gates as well, from the state
    that torch's encoder ends with. A step reads the action before, or the start.

    Args:
        translator: the translator.
        found: a command with its translation.
    """
    model, languages = translator.model, translator.languages
    ids, lengths = pad([languages.encode_command(found.command)])
    with torch.inference_mode():
        memory = model.encode(ids.to(translator.device), lengths)
    decoder, cell = model.decoder, model.config.cell
    weights = {
        f"layers.{name}": tensor.detach().float().cpu().numpy()
        for name, tensor in decoder.layers.state_dict().items()
    }
    embedding = decoder.embedding.weight.detach().float().cpu().numpy()
    block = Block(sum(array.size for array in weights.values()))
    lowest = None if decoder.feeding else embedding  # it reads more than the symbol
    layers = [
        CELLS[cell](LayerWeights(cell, weights, n, None if n else lowest, block), 1)
        for n in range(len(decoder.layers))
    ]
    # A walking attention has one more state, and so has input feeding.
    for layer, state in zip(layers, memory.final, strict=False):
        parts = (state,) if isinstance(state, torch.Tensor) else state
        for array, part in zip(layer.memory, parts, strict=True):
            array[:, 0] = part[0, 0].float().cpu().numpy()
    names = ("hidden", "cell") if cell == "lstm" else ("hidden",)
    before = {name: np.stack([one.fields[name][:, 0] for one in layers]) for name in names}
    written = [*languages.target.encode(found.actions).tolist(), END]
    inputs = [START, *written][: len(found.steps)]
    if memory.read_as is not None:
        inputs = memory.read_as.cpu()[inputs].tolist()
    shape = (len(inputs), len(layers), model.config.hidden_size)
    fields: dict[str, Singles] = {name: np.empty(shape, np.float32) for name in FIELDS[cell]}
    recurrent = np.zeros(shape, np.float32)
    seen = _list_fed(found, memory.states[:, 0].float().cpu().numpy())
    for step, index in enumerate(inputs):
        if decoder.feeding:
            layers[0].x[:, 0] = np.concatenate([embedding[index], seen[step]])
        for number, layer in enumerate(layers):
            if number:
                layer.x[:] = layers[number - 1].h
            if cell in VANILLA:
                recurrent[step, number] = weights[f"layers.{number}.weight_hh_l0"] @ layer.h[:, 0]
            layer.step(np.array([index]))
            for name, values in fields.items():
                values[step, number] = layer.fields[name][:, 0]
    return RecurrentSteps(cell, fields, before, recurrent if cell in VANILLA else None)


def _list_fed(found: TranslatedCommand, states: Singles) -> Singles:
    """Return what attention saw in the step before each step, (T, K): zeros before the first.

    Args:
        found: the translation, with its attention (T, S), if the decoder has any.
        states: states that it looked at, (S, K).
    """
    nothing = np.zeros((1, states.shape[1]), np.float32)
    return nothing if found.attention is None else np.vstack([nothing, found.attention @ states])
