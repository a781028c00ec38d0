"""What happens in a model of characters in a part of a text, without reading all before it."""

from __future__ import annotations

import numpy as np

from charlm.arrays import Ints, Singles
from charlm.config import VANILLA
from charlm.generation.cells import FIELDS
from charlm.generation.generate import opening_ids
from charlm.generation.network import Network, State
from charlm.inside.memory.context_curves import Progress, ignore
from charlm.inside.reading import WARM_UP
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.language_model import LanguageModel
from corpora.errors import UserError


def trace_window(
    model: LanguageModel,
    text: str,
    start: int,
    end: int,
    *,
    warm_up: int = WARM_UP,
    progress: Progress = ignore,
) -> RecurrentSteps:
    """Return every gate and state of a model at the characters of a part of a text.

    The text follows a line feed in a state of zeros, as in `charlm.inside.trace`. Of what stands
    before the part, the last `warm_up` characters are read: the part is then that of a trace of the
    whole text, but for what is further away.

    Args:
        model: the model.
        text: the text.
        start: first character of the part, from 0.
        end: the character after its last.
        warm_up: characters before it that are read.
        progress: called with the number of characters that have been read.

    Raises:
        UserError: the part is empty or does not lie in the text, or the model does not know one of
            its characters.
    """
    if not 0 <= start < end <= len(text):
        raise UserError(f"there is no part from {start:,} to {end:,} in {len(text):,} characters")
    first = max(0, start - warm_up)
    opening = opening_ids(model.vocabulary, "") if first == 0 else np.zeros(0, np.int64)
    ids = np.concatenate([opening, model.vocabulary.encode(text[first:end])])
    lead = len(ids) - (end - start)
    network, config = model.network, model.config
    state = State(network, 1)  # `start` may give a compiled one, which shows nothing of the gates
    for index in ids[:lead]:
        network.step(state, np.array([index]))
        progress(1)
    names = ("hidden", "cell") if config.cell == "lstm" else ("hidden",)
    before = {
        name: np.stack([layer.fields[name][:, 0].copy() for layer in state.layers])
        for name in names
    }
    fields = _record(network, state, ids[lead:], progress)
    steps = RecurrentSteps(config.cell, fields, before)
    if config.cell not in VANILLA:
        return steps
    matrices = [network.weights[f"layers.{n}.weight_hh_l0"] for n in range(config.num_layers)]
    previous = steps.find_previous("hidden")
    part = np.stack([previous[:, n] @ matrix.T for n, matrix in enumerate(matrices)], axis=1)
    return RecurrentSteps(config.cell, fields, before, part)


def _record(network: Network, state: State, ids: Ints, progress: Progress) -> dict[str, Singles]:
    """Read ids (T,), and return what happened, (T, L, H) for each field."""
    config = network.config
    shape = (len(ids), config.num_layers, config.hidden_size)
    fields = {name: np.empty(shape, np.float32) for name in FIELDS[config.cell]}
    for place, index in enumerate(ids):
        network.step(state, np.array([index]))
        for name, values in fields.items():
            for number, layer in enumerate(state.layers):
                values[place, number] = layer.fields[name][:, 0]
        progress(1)
    return fields
