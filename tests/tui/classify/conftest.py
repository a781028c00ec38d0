"""A classifier that needs no time, what it says of words, and tables of reviews."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from corpora.labelled.words import Word
from seq.imdb.beginnings import ReadingOn
from seq.imdb.library import Prediction

SCORES = {
    "dull": -1.2, "silly": -0.6, "mess": -1.6, "awful": -2.0, "waste": -1.4, "not": -0.4,
    "fine": 0.5, "cast": 0.3, "lovely": 0.9, "superb": 2.0,
}  # fmt: skip
"""What words add to the log-odds of the second class; others add nothing."""


def split(text: str) -> list[Word]:
    words, place = [], 0
    for number, part in enumerate(text.split()):
        start = text.index(part, place)
        bare = part.strip(".,!?")
        words.append(Word(bare, number, start, start + len(bare)))
        place = start + len(part)
    return words


def share_of(words: list[Word]) -> float:
    """Probability of the second class, given some words."""
    odds = sum(SCORES.get(word.text.lower(), 0.0) for word in words)
    return 1 / (1 + float(np.exp(-odds)))


class Reader:
    """Adds up what its words say."""

    def __init__(self, name: str = "critic", classes: tuple[str, ...] = ("negative", "positive")):
        self.name, self.classes = name, classes
        self.read: list[str] = []
        self.gate = threading.Event()
        """While it is cleared, `classify` waits at texts with the word "wait"."""
        self.gate.set()

    def classify(self, texts: list[str]) -> list[Prediction]:
        self.read += texts
        if any("wait" in text for text in texts):
            assert self.gate.wait(30)
        return [self.predict(text) for text in texts]

    def predict(self, text: str) -> Prediction:
        words = split(text)
        if not words:
            return Prediction(None, {}, 0, 0)
        share, rest = share_of(words), len(self.classes) - 1
        values = [(1 - share) / rest] * rest + [share]
        shares = dict(zip(self.classes, values, strict=True))
        unknown = sum(word.text == "xyzzy" for word in words)
        return Prediction(max(shares, key=shares.__getitem__), shares, len(words), unknown)


class Opposite(Reader):
    """Takes every text for its opposite."""

    def predict(self, text: str) -> Prediction:
        found = super().predict(text)
        if found.label is None:
            return found
        values = list(found.probabilities.values())[::-1]
        shares = dict(zip(self.classes, values, strict=True))
        return Prediction(max(shares, key=shares.__getitem__), shares, found.words, 0)


class Stage:
    """Classifiers by name, and the events that the tests wait for or hold back."""

    def __init__(self) -> None:
        self.readers: dict[str, Reader] = {"reviews": Reader("reviews")}
        self.begun: list[str] = []
        self.explained: list[str] = []
        self.stopped: list[str] = []
        self.explain_gate = threading.Event()
        """While it is cleared, an explanation of a text with "slow" goes on and on."""
        self.explain_gate.set()

    def load(self, path: str) -> Reader:
        return self.readers[Path(path).name]

    def explain(self, classifier: Reader, text: str, *, progress: Callable[[int], object]) -> Any:
        self.begun.append(text)
        prediction, words = classifier.predict(text), split(text)
        if "slow" in text:
            while not self.explain_gate.wait(0.01):
                try:
                    progress(0)
                except Exception:
                    self.stopped.append(text)
                    raise
        progress(len(words))
        self.explained.append(text)
        sign = 1 if prediction.label == classifier.classes[-1] else -1
        if len(classifier.classes) > 2:
            sign = 1
        pieces, end = [], 0
        for word in words:
            pieces.append((text[end : word.start], 0.0))
            pieces.append((text[word.start : word.end], sign * SCORES.get(word.text.lower(), 0.0)))
            end = word.end
        pieces.append((text[end:], 0.0))
        made = [piece for piece in pieces if piece[0]]
        return SimpleNamespace(text=text, prediction=prediction, pieces=lambda: iter(made))

    def read_on(
        self, classifier: Reader, text: str, *, progress: Callable[[int], object]
    ) -> ReadingOn | None:
        words = split(text)
        progress(len(words))
        if not words:
            return None
        shares = np.array([share_of(words[:end]) for end in range(1, len(words) + 1)])
        rest = len(classifier.classes) - 1
        others = np.repeat((1 - shares)[:, None] / rest, rest, axis=1)
        table = np.hstack([others, shares[:, None]])
        return ReadingOn(tuple(words), np.arange(1, len(words) + 1), classifier.classes, table)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Have the pane use classifiers that need no time, and keep a typed text at once."""
    found = Stage()
    monkeypatch.setattr("tui.widgets.choice.list_names", lambda kind: [*found.readers])
    monkeypatch.setattr("tui.models.find_model", Path)
    monkeypatch.setattr("tui.classify.pane.load_classifier", found.load)
    monkeypatch.setattr("seq.imdb.explain.explain", found.explain)
    monkeypatch.setattr("seq.imdb.beginnings.read_on", found.read_on)
    monkeypatch.setattr("tui.classify.pane.HISTORY_DELAY", 0.05)
    return found


@pytest.fixture
def two(stage: Stage) -> Stage:
    """A second classifier, which says the opposite."""
    stage.readers["opposite"] = Opposite("opposite")
    return stage


ROWS = [
    ("a1", "A superb film, with a lovely cast.", "positive"),
    ("a2", "An awful mess.", "negative"),
    ("a3", "So silly that it is fine.", "positive"),
    ("a4", "Dull, and a waste.", "negative"),
    ("a5", "A fine film.", "negative"),
]


@pytest.fixture
def table() -> str:
    """A table with classes: the third and the fifth review are misjudged."""
    with Path("mine.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "text", "label"), *ROWS])
    return "mine.csv"
