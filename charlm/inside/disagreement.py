"""Where two models disagree about a text: the difference of their surprisals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from charlm.arrays import Floats
from charlm.generation.generate import opening_ids
from charlm.generation.tokens import log_softmax
from charlm.inside.reading import read_in_streams
from charlm.inside.results import Result
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError
from corpora.text.vocabulary import describe_symbol

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

STRONGEST = 3.0
"""Nats of difference from which on the colour is the strongest one."""
LONGEST = 10_000_000
"""Characters of a text, at most."""


@dataclass(frozen=True)
class Expectation:
    """What one model expected at each of T characters, before it read them."""

    model: str
    """Name of the model."""
    surprisals: Floats
    """Surprisal (T,) of the character that came, in nats."""
    likeliest: str
    """The T characters that were the likeliest."""
    probabilities: Floats
    """Their probabilities, (T,)."""

    @property
    def mean(self) -> float:
        """Mean surprisal, in nats per character."""
        return float(self.surprisals.mean())


@dataclass(frozen=True)
class Disagreement(Result):
    """What two models expected in the same text."""

    text: str
    """The text, T characters."""
    first: Expectation
    """What the first model, A, expected."""
    second: Expectation
    """What the second model, B, expected."""

    @property
    def difference(self) -> Floats:
        """Surprisal of B less surprisal of A, (T,), in nats: positive where A knew better."""
        return self.second.surprisals - self.first.surprisals

    def scaled(self) -> Floats:
        """Return the difference from -1 to 1, (T,): three nats and more are 1."""
        return np.clip(self.difference / STRONGEST, -1, 1)

    def places(self, count: int = 10) -> list[int]:
        """Return the places of the largest differences, the largest first."""
        order = np.argsort(-np.abs(self.difference), kind="stable")
        return [int(place) for place in order[:count]]

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each character."""
        return [self.describe(place) for place in range(len(self.text))]

    def describe(self, place: int) -> dict[str, Any]:
        """Return the figures of the character at `place`."""
        row: dict[str, Any] = {"position": place, "character": self.text[place]}
        for name, one in (("a", self.first), ("b", self.second)):
            row[f"surprisal_{name}"] = float(one.surprisals[place])
            row[f"likeliest_{name}"] = one.likeliest[place]
            row[f"probability_{name}"] = float(one.probabilities[place])
        return row | {"difference": float(self.difference[place])}

    def describe_means(self) -> str:
        """Return a line with the mean surprisal of both models."""
        return (
            f"A {self.first.model} {self.first.mean:.4f}, B {self.second.model} "
            f"{self.second.mean:.4f} nats per character"
        )

    def plot(self) -> Picture:
        """Return a picture of the text: red where B is more surprised, blue where A is."""
        from charlm.drawing.colored_text import draw_text_figure

        first, second = self.first.model, self.second.model
        title = f"red: {second} is more surprised; blue: {first} is"
        return draw_text_figure(self.text, self.scaled(), title=title)

    def _repr_html_(self) -> str:
        from html import escape

        from charlm.drawing.colored_text import color_html

        one, other = escape(self.first.model), escape(self.second.model)
        shown = [
            f"{self.first.model} {a:.2f}, {self.second.model} {b:.2f} nats"
            for a, b in zip(
                self.first.surprisals.tolist(), self.second.surprisals.tolist(), strict=True
            )
        ]
        head = f"red: {other} is more surprised; blue: {one} is. {escape(self.describe_means())}"
        return f"<p>{head}</p>{color_html(self.text, self.scaled(), shown)}"


def compare(first: LanguageModel | str, second: LanguageModel | str, text: str) -> Disagreement:
    """Compare what two models expect in a text, character by character.

    Each model reads a line feed and then the text, in a state of zeros. Longer texts are read in
    parts side by side, each after the 256 characters before it. A model whose vocabulary is smaller
    has fewer characters to choose from, which is a small help.

    Args:
        first: a model, or its name: A.
        second: another one: B. Their vocabularies may differ.
        text: the text, at least one character.

    Raises:
        UserError: the text is empty or too long, or one of the models does not know a character.
    """
    if not text:
        raise UserError("there is no text to compare the models on")
    if len(text) > LONGEST:
        raise UserError(f"the text has {len(text):,} characters; {LONGEST:,} are the most")
    models = [load(model) if isinstance(model, str) else model for model in (first, second)]
    for model in models:
        check_known(model, text)
    one, other = (_expect(model, text) for model in models)
    return Disagreement(text, one, other)


def check_known(model: LanguageModel, text: str) -> None:
    """Raise `UserError` with the model's name if it does not know a character of the text."""
    known = set(model.vocabulary.symbols)
    for place, character in enumerate(text):
        if character not in known:
            raise UserError(
                f"{model.name} does not know {describe_symbol(character)} at position {place:,}; "
                "the models are compared on characters that both know"
            )


def _expect(model: LanguageModel, text: str) -> Expectation:
    vocabulary = model.vocabulary
    opening = opening_ids(vocabulary, "")
    ids = np.concatenate([opening, vocabulary.encode(text)]).astype(np.int64)
    surprisals, probabilities = np.zeros(len(text)), np.zeros(len(text))
    likeliest = np.zeros(len(text), np.int64)
    for reading in read_in_streams(model.network, ids[:-1]):
        at = reading.positions[reading.counts]
        log_probs = log_softmax(reading.state.logits[:, reading.counts])
        streams = np.arange(len(at))
        surprisals[at] = -log_probs[ids[at + 1], streams]
        likeliest[at] = log_probs.argmax(axis=0)
        probabilities[at] = np.exp(log_probs[likeliest[at], streams])
    symbols = "".join(vocabulary.symbols[index] for index in likeliest.tolist())
    return Expectation(model.name, surprisals, symbols, probabilities)
