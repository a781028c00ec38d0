"""A model with two units built by hand, and texts for it: what looks inside must find just these.

Unit 3 of the lowest layer is switched by quotation marks: its cell is positive inside quotations
and negative, or 0, outside. Unit 5 of the second layer counts the characters of a line. All other
units have random weights.
"""

from __future__ import annotations

import numpy as np
from tiny_models import Weights, random_weights

from charlm.config import ModelConfig
from charlm.generation.network import Network
from charlm.language_model import LanguageModel
from corpora.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(tuple('\n "abcdefgh.'))
SIZE = len(VOCABULARY)
CONFIG = ModelConfig(hidden_size=SIZE, num_layers=2, embedding_size=SIZE)
QUOTE, COUNTER = (0, 3), (1, 5)
"""Layer and unit, both from 0."""
LOUD = 4.0
"""A symbol's feature: the hidden state of the layer below, which is added to it, is at most 1."""


def _rows(unit: int) -> tuple[int, int, int, int]:
    """The rows of a unit's input gate, forget gate, candidate and output gate."""
    i, f, g, o = (unit + gate * SIZE for gate in range(4))
    return i, f, g, o


def _clear(weights: Weights, layer: int, unit: int) -> tuple[Weights, tuple[int, int, int, int]]:
    own = {
        name: weights[f"layers.{layer}.{name}_l0"]
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    for array in own.values():
        array[list(_rows(unit))] = 0
    return own, _rows(unit)


def build_weights(seed: int = 0) -> Weights:
    """Weights with the two units."""
    weights = random_weights(CONFIG, VOCABULARY, seed)
    weights["embedding.weight"] = LOUD * np.eye(SIZE, dtype=np.float32)
    mark, line_feed = VOCABULARY.index('"'), VOCABULARY.index("\n")

    own, (i, f, g, o) = _clear(weights, *QUOTE)
    own["weight_ih"][i, mark], own["bias_ih"][i] = 10, -20  # written at a quotation mark only,
    own["weight_ih"][f, mark], own["bias_ih"][f] = -10, 20  # which also clears what was there,
    own["weight_hh"][g, QUOTE[1]], own["bias_ih"][g] = -10, 1  # with the opposite of the state
    own["bias_ih"][o] = 20

    own, (i, f, g, o) = _clear(weights, *COUNTER)
    own["bias_ih"][i], own["bias_ih"][g] = -4, 20  # adds 0.018 at every character
    own["weight_ih"][f, line_feed], own["bias_ih"][f] = -10, 20  # and forgets all at a line feed
    own["bias_ih"][o] = 20
    return weights


def built_model(seed: int = 0) -> LanguageModel:
    """The model with the two units."""
    network = Network(CONFIG, build_weights(seed), SIZE)
    return LanguageModel("built", CONFIG, VOCABULARY, network)


def random_model(seed: int = 0) -> LanguageModel:
    """A model of the same shape, with random weights only."""
    weights = random_weights(CONFIG, VOCABULARY, seed)
    return LanguageModel("random", CONFIG, VOCABULARY, Network(CONFIG, weights, SIZE))


def quoted_text(characters: int, seed: int = 0) -> str:
    """A text of words, quotations and lines of random lengths."""
    random = np.random.default_rng(seed)
    parts: list[str] = []
    inside = False
    while sum(map(len, parts)) < characters:
        word = "".join(random.choice(list("abcdefgh"), random.integers(1, 7)))
        chance = random.random()
        if chance < 0.15:
            parts.append(f'"{word} ' if not inside else f'{word}" ')
            inside = not inside
        else:
            parts.append(
                word + ("." if chance > 0.9 else "") + ("\n" if random.random() < 0.12 else " ")
            )
    return "".join(parts)[:characters]
