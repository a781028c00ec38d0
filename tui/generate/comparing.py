"""Texts of several models or temperatures, each read by all the models. It uses no screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charlm.generation.generate import opening_ids
from charlm.inside.reading import compute_surprisals
from charlm.language_model import LanguageModel
from tui.generate.reading import list_unknown
from tui.generate.scale import DISAGREEMENT_EDGES
from tui.generate.surprises import mean_bits

LETTERS = "ABC"
"""Names of the sides: so many can be laid beside each other."""
LADDER = (0.3, 0.7, 1.0)
"""Temperatures that are offered for one more side of the same model."""


@dataclass(frozen=True)
class Setup:
    """What writes a side."""

    model: str
    """Name of the model."""
    temperature: float


@dataclass(frozen=True)
class Opinion:
    """What one model thinks of the text of one side."""

    surprisals: np.ndarray | None
    """Surprisal (T,) of each character, in nats; None if it does not know all of them."""
    unknown: str = ""
    """The characters that it does not know."""

    @property
    def bits(self) -> float | None:
        """Mean surprisal, in bits per character."""
        return None if self.surprisals is None else mean_bits(self.surprisals)


def choose_next(setups: Sequence[Setup], models: Sequence[str]) -> Setup:
    """Return what one more side is to show: a model that none has, else another temperature.

    Args:
        setups: the sides that there are, at least one.
        models: names of the models that there are.
    """
    first, used = setups[0], {one.model for one in setups}
    others = [name for name in models if name not in used]
    if len(setups) == 1 and others:
        return Setup(others[0], first.temperature)
    of_first = {one.temperature for one in setups if one.model == first.model}
    free = [step for step in LADDER if step not in of_first]
    return Setup(first.model, free[0] if free else first.temperature)


def read_by(model: LanguageModel, text: str) -> Opinion:
    """Return what a model thinks of a text; its first character is one after a line feed."""
    if unknown := list_unknown(model, text):
        return Opinion(None, unknown)
    if not text:
        return Opinion(np.zeros(0))
    ids = np.concatenate([opening_ids(model.vocabulary, ""), model.vocabulary.encode(text)])
    # One stream: the figures are those of the model that wrote the text.
    return Opinion(compute_surprisals(model.network, ids, streams=1)[-len(text) :])


def read_all(texts: Sequence[str], models: Sequence[LanguageModel]) -> list[list[Opinion]]:
    """Return for each text what each model thinks of it; a model that occurs twice reads once."""
    distinct = {model.name: model for model in models}
    found = []
    for text in texts:
        by_name = {name: read_by(model, text) for name, model in distinct.items()}
        found.append([by_name[model.name] for model in models])
    return found


def find_disagreement(one: Opinion, other: Opinion) -> bytes | None:
    """Return how much two models disagree at each character, as an index into a scale.

    The middle is no disagreement; below it A, `one`, expected the character more, above it B.
    None if one of the models cannot read the text.
    """
    if one.surprisals is None or other.surprisals is None:
        return None
    difference = one.surprisals - other.surprisals
    return bytes(np.searchsorted(DISAGREEMENT_EDGES, difference).astype(np.uint8))


def describe_opinions(side: int, opinions: Sequence[Opinion], models: Sequence[str]) -> str:
    """Return lines that say how the other models read the text of a side."""
    lines = []
    for other, opinion in enumerate(opinions):
        if models[other] == models[side]:
            continue
        said = f"{LETTERS[side]}'s text as {LETTERS[other]} reads it: "
        if opinion.bits is None:
            lines.append(f"{said}it does not know {opinion.unknown[:8]!r}")
        else:
            lines.append(f"{said}{opinion.bits:.2f} bits/char")
    return "\n".join(lines) or "one model reads all of them: temperatures differ"
