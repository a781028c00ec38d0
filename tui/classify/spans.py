"""Where the words of a text lie and what they speak for. This module uses no screen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seq.imdb.explain import Explanation

EDGES = (0.1, 0.3, 0.6)
"""Shares of the strongest contribution at which the weak, medium and strong levels begin."""


@dataclass(frozen=True)
class Span:
    """A word of a text, and what it speaks for."""

    start: int
    end: int
    word: str
    value: float
    """Its contribution to the log-odds, in nats; see `orient`."""
    level: int
    """How strong it is beside the strongest word: 0 to 3, negative for what speaks against."""


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


def make_spans(pieces: Iterable[tuple[str, float]]) -> list[Span]:
    """Return where the words of a text lie, given the text in pieces and their contributions."""
    pieces = list(pieces)
    largest = max((abs(value) for _, value in pieces), default=0.0) or 1.0
    spans, start = [], 0
    for piece, value in pieces:
        if value:
            level = sum(abs(value) / largest >= edge for edge in EDGES)
            first = start + len(piece) - len(piece.lstrip())
            word = piece.strip()
            signed = level if value > 0 else -level
            spans.append(Span(first, first + len(word), word, value, signed))
        start += len(piece)
    return spans


def move_spans(spans: Iterable[Span], before: str, after: str) -> list[Span]:
    """Return the words that a change of the text has left alone, where they lie now.

    Args:
        spans: words of the text before.
        before: the text before.
        after: the text now.
    """
    start, end = find_change(before, after)
    kept, moved = [], len(after) - len(before)
    for span in spans:
        if span.end <= start:
            kept.append(span)
        elif span.start >= len(before) - end:
            kept.append(replace(span, start=span.start + moved, end=span.end + moved))
    return kept


def find_change(before: str, after: str) -> tuple[int, int]:
    """Return how many characters at the beginning and at the end two texts have in common."""
    start = _count_equal(before, after)
    least = min(len(before), len(after)) - start
    return start, _count_equal(before[::-1][:least], after[::-1][:least])


def _count_equal(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def pick_strongest(spans: Sequence[Span], most: int) -> list[Span]:
    """Return the words that speak most, from the one most against to the one most for it."""
    strongest = sorted(spans, key=lambda span: -abs(span.value))[:most]
    return sorted(strongest, key=lambda span: span.value)


def find_place(starts: Sequence[int], offset: int) -> int:
    """Return the index of the word at an offset of a text, or of the word before it.

    Args:
        starts: where the words begin, in order.
        offset: number of characters before the place.
    """
    return max(0, bisect_right(starts, offset) - 1)
