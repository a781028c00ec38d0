"""Reviews and what a classifier makes of them. No screen here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charlm.console.program import printable
from tui.files import named
from tui.models import Models

if TYPE_CHECKING:
    from seq.imdb.library import Prediction, TextClassifier

AT_ONCE = 64
"""Texts of a file that are classified before they are shown."""


@dataclass(frozen=True)
class Judged:
    """A text, its label, and how likely that is; without any words it has neither."""

    text: str
    label: str | None
    probability: float | None


def classifier(path: str) -> TextClassifier:
    """Load a classifier."""
    from seq.imdb.library import load

    return load(path, device="cpu")


def verdict(prediction: Prediction) -> str:
    """Return what is to be said of a text, in a line."""
    if prediction.label is None or prediction.probability is None:
        return "no words: nothing can be said"
    unknown = f", {prediction.unknown} of them unknown" if prediction.unknown else ""
    words = f"{prediction.words:,} word{'s' * (prediction.words > 1)}"
    label = printable(prediction.label)
    return f"{label}, {prediction.probability:.1%} sure  ({words}{unknown})"


def judged_file(
    path: str,
    classifiers: Models[TextClassifier],
    name: str,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[list[Judged], int]]:
    """Yield some texts of a file or folder at a time, judged, with the number of all texts in it.

    Raises:
        UserError: it cannot be read, or the classifier cannot be loaded.
    """
    from corpora.labelled.texts import read

    texts = read(str(named(path)), labelled=False).texts
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        with classifiers.lock:
            if cancelled():
                return
            found = classifiers.get(name).classify(some)
        judged = [
            Judged(text, one.label, one.probability) for text, one in zip(some, found, strict=True)
        ]
        yield judged, len(texts)
