"""The words of a text that surprised its model most. This module uses no screen."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charlm.console.colors import EDGES

WORD = re.compile(r"\w+(?:['\N{RIGHT SINGLE QUOTATION MARK}-]\w+)*")
"""Letters and digits, with hyphens and apostrophes within."""
MOST = 200
"""Number of words that are listed."""
AROUND = 24
"""Characters of context that are shown before a word, at most."""


@dataclass(frozen=True)
class Surprise:
    """A word and how much it surprised the model."""

    start: int
    """Index of its first character."""
    end: int
    """Index of the character after it."""
    word: str
    bits: float
    """Sum of the surprisals of its characters."""
    line: int
    """Line of the text that it stands in, from 1."""
    context: str
    """The end of what stands before it on its line, and the word."""


def find_surprises(text: str, surprisals: np.ndarray, most: int = MOST) -> list[Surprise]:
    """Return the most surprising words, the most surprising first.

    Args:
        text: the text, T characters.
        surprisals: surprisal (T,) of each character, in nats.
        most: how many words.
    """
    spans = [match.span() for match in WORD.finditer(text)]
    if not spans:
        return []
    sums = np.concatenate([[0.0], np.cumsum(surprisals, dtype=np.float64)])
    starts, ends = np.array(spans).T
    bits = (sums[ends] - sums[starts]) / math.log(2)
    feeds = [at for at, character in enumerate(text) if character == "\n"]
    found = []
    for number in np.argsort(-bits, kind="stable")[:most].tolist():
        start, end = spans[number]
        line = bisect_right(feeds, start)
        begin = max(feeds[line - 1] + 1 if line else 0, start - AROUND)
        found.append(
            Surprise(start, end, text[start:end], float(bits[number]), line + 1, text[begin:end])
        )
    return found


def find_levels(surprisals: np.ndarray) -> bytes:
    """Return the level of each surprisal in nats; see `charlm.console.colors.find_level`."""
    return np.searchsorted(EDGES, surprisals, side="right").astype(np.uint8).tobytes()


def mean_bits(surprisals: np.ndarray) -> float:
    """Return the mean surprisal of characters, in bits."""
    return float(surprisals.mean(dtype=np.float64) / math.log(2)) if len(surprisals) else 0.0


def chunk_means(surprisals: np.ndarray, chunks: int) -> list[float]:
    """Return the mean surprisal of each of some parts of a text, for a sparkline."""
    parts: Sequence[np.ndarray] = np.array_split(surprisals, min(chunks, max(1, len(surprisals))))
    return [mean_bits(part) for part in parts]
