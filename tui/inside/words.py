"""A review that a classifier reads, word by word. This module uses no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charlm.arrays import Ints
from charlm.generation.hold import default_field
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.inside.units.features import FEATURES, Feature
from charlm.runs.registry import CLASSIFIER
from tui.inside.anatomy import describe
from tui.inside.subjects import Material, Progress, Series, Subject, summarize_gates

if TYPE_CHECKING:
    from seq.imdb.library import TextClassifier

MOST = 1_500
"""Words that are looked at, the first ones of a text."""


class ReviewText(Subject):
    """A text, word by word.

    Args:
        classifier: the classifier.
        text: the text.
    """

    what = "word"
    joint = " "
    lacks_layers = "What a silenced layer costs is measured for models of characters."
    lacks_writing = "A classifier writes nothing: there is no text to go on with."

    def __init__(self, classifier: TextClassifier, text: str) -> None:
        super().__init__(describe(CLASSIFIER, classifier), text)
        self.classifier = classifier
        self.words = classifier.tokenizer.split(text)[:MOST]
        self.labels = tuple(word.text for word in self.words)
        self._steps: RecurrentSteps | None = None

    def trace(self, part: range, progress: Progress) -> RecurrentSteps:
        """Return what happens at these places: all, as one direction begins at the end."""
        if self._steps is None:
            from seq.imdb.steps import trace_steps

            progress(0)
            ids = np.array([word.id for word in self.words], dtype=np.int64)
            self._steps = trace_steps(self.classifier, ids)
        progress(len(self))
        return self._steps

    def gather(self, place: int, progress: Progress) -> Material:
        """Return what units are compared on, around a place."""
        steps = self.trace(range(len(self)), progress)
        field = default_field(steps.cell)
        unknown = [word.id == self.classifier.tokenizer.UNKNOWN for word in self.words]
        own = Series(
            "unknown", "a word that the model does not know", False, np.array(unknown, int)
        )
        series = (*(self._write(feature) for feature in FEATURES), own)
        gates = summarize_gates(self.anatomy.name, steps)
        return Material(
            0, self.labels, self.joint, field, steps.fields[field], series, gates, self._write
        )

    def _write(self, feature: Feature) -> Series:
        spans = [(word.start, word.end) for word in self.words]
        values = spread_on_words(feature.compute(self.text), spans, feature.is_number)
        return Series(feature.name, feature.about, feature.is_number, values)


def spread_on_words(values: Ints, spans: list[tuple[int, int]], is_number: bool) -> Ints:
    """Return a feature of characters for each word: a number at its end, a yes anywhere in it.

    Args:
        values: the feature of each character.
        spans: start and end of each word, which has a character at least.
        is_number: whether the feature is a number.
    """
    if is_number:
        return np.array([values[end - 1] for _, end in spans], np.int64)
    return np.array([values[start:end].max(initial=0) for start, end in spans], np.int64)
