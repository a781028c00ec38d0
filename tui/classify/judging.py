"""Classify texts and files of texts. This module uses no screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charlm.console.program import format_name
from tui.files import parse_path
from tui.models import Models

if TYPE_CHECKING:
    from seq.imdb.explain import Explanation
    from seq.imdb.library import Prediction, TextClassifier

AT_ONCE = 64
"""Texts of a file that are classified as one batch, and then shown."""


@dataclass(frozen=True)
class ClassifiedText:
    """A text, its label, and the probability of the label; both are None if it has no words."""

    text: str
    label: str | None
    probability: float | None


def load_classifier(path: str) -> TextClassifier:
    """Return the classifier at `path`, on the CPU."""
    from seq.imdb.library import load

    return load(path, device="cpu")


def describe_prediction(prediction: Prediction) -> str:
    """Return a line with the label, its probability, and the number of words."""
    if prediction.label is None or prediction.probability is None:
        return "no words, so no label"
    unknown = f", {prediction.unknown} of them unknown" if prediction.unknown else ""
    words = f"{prediction.words:,} word{'s' * (prediction.words > 1)}"
    label = format_name(prediction.label)
    return f"{label}, {prediction.probability:.1%} sure  ({words}{unknown})"


def orient(explanation: Explanation) -> tuple[list[tuple[str, float]], str, str]:
    """Return the pieces of an explained text with signs that mean the same for every text.

    Contributions are to the label of their text: of two classes, a word for the same class would
    be positive in one text and negative in the next. Here positive is always for the second class.
    Of more classes, there are the label and what speaks against it.

    Returns:
        The pieces, what a positive contribution speaks for, and what a negative one speaks for.
    """
    pieces = list(explanation.pieces())
    label, classes = explanation.prediction.label, list(explanation.prediction.probabilities)
    if len(classes) != 2:
        return pieces, str(label), "the others"
    if label == classes[0]:
        pieces = [(piece, -value) for piece, value in pieces]
    return pieces, classes[1], classes[0]


def classify_file(
    path: str,
    classifiers: Models[TextClassifier],
    name: str,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[list[ClassifiedText], int]]:
    """Classify the texts of a file or a folder.

    Args:
        path: file or folder of texts, as the user typed it.
        classifiers: classifiers by name.
        name: name of the classifier to use.
        cancelled: returns whether to stop; it is called before each batch.

    Yields:
        Each batch of classified texts, with the number of all texts.

    Raises:
        UserError: if the texts cannot be read or the classifier cannot be loaded.
    """
    from corpora.labelled.texts import read

    texts = read(str(parse_path(path)), labelled=False).texts
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        with classifiers.lock:
            if cancelled():
                return
            found = classifiers.get(name).classify(some)
        results = [
            ClassifiedText(text, one.label, one.probability)
            for text, one in zip(some, found, strict=True)
        ]
        yield results, len(texts)
