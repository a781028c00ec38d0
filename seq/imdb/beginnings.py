"""The probability of each class as a text is read on: after one word, after two, after all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from charlm.arrays import Floats, Ints
from corpora.labelled.words import Word
from seq.imdb.library import LONGEST_TEXT, Progress, TextClassifier

MOST_POINTS = 200
"""Most beginnings of a text that are read."""
MOST_WORDS = 120_000
"""Most words times beginnings. So a text of 400 words is read at 200 of its words, and one of 1,500
at 80: their beginnings have half as many words, 60,000 in all."""
TOGETHER = 16
"""Beginnings that are read between two reports of progress."""


@dataclass(frozen=True)
class ReadingOn:
    """What a classifier says of the beginnings of a text of N words."""

    words: tuple[Word, ...]
    """The N words, with their places in the text."""
    ends: Ints
    """Number of words of each of the E beginnings, rising up to N, (E,)."""
    classes: tuple[str, ...]
    """Names of the C classes."""
    probabilities: Floats
    """Probability of each class after each beginning, (E, C)."""


def read_on(
    classifier: TextClassifier, text: str, *, progress: Progress | None = None
) -> ReadingOn | None:
    """Return what a classifier says as it reads a text on, or None for a text without words.

    Each beginning is read anew, as a text of its own: a classifier that reads in both directions,
    or that pools all states, knows no other. The cost of reading all of them would grow with the
    square of the length, so a long text is read at some of its words.

    Args:
        classifier: the classifier.
        text: the text. Of a longer one, the last 20,000 words are read.
        progress: is called with the number of words that were read since the last call. An
            exception that it raises ends the reading.
    """
    words = tuple(classifier.tokenizer.split(text)[-LONGEST_TEXT:])
    if not words:
        return None
    ids = np.array([word.id for word in words], dtype=np.int64)
    ends = choose_ends(len(words))
    found = []
    for start in range(0, len(ends), TOGETHER):
        some = ends[start : start + TOGETHER]
        found.append(read_beginnings(classifier, ids, some))
        if progress is not None:
            before = int(ends[start - 1]) if start else 0
            progress(int(some[-1]) - before)
    return ReadingOn(words, ends, classifier.classes, np.vstack(found))


def choose_ends(words: int) -> Ints:
    """Return at how many words each beginning ends: all of them, or some, evenly spaced.

    Args:
        words: number of words of the text, at least 1.
    """
    points = max(2, min(words, MOST_POINTS, MOST_WORDS // words))
    return np.unique(np.linspace(1, words, points).round().astype(np.int64))


def read_beginnings(
    classifier: TextClassifier,
    ids: Ints,
    ends: Ints,
    progress: Progress | None = None,
) -> Floats:
    """Return the probability of each class after beginnings of a text, (E, C).

    Args:
        classifier: the classifier.
        ids: ids of the words of the text, (N,).
        ends: number of words of each beginning, (E,).
        progress: is called with the number of beginnings that were read since the last call.
    """
    read = classifier.read_ids([ids[:end] for end in ends.tolist()], progress)
    return np.asarray(np.exp(read), np.float64)
