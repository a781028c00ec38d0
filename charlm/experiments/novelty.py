"""How much of a text is copied from another, and how many of its words are not found there.

What is copied is measured exactly: of every position, the longest run of characters from there on
that occurs anywhere in the training text (its matching statistics, Chang and Lawler 1994). A suffix
array of all texts together puts each position between the two places of the training text that it
agrees with the longest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpora.text.vocabulary import code_points

COPIED = 50
"""Characters from which on a passage that occurs in the training text counts as copied."""

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_WORD = re.compile(rf"[^\W\d_]+(?:['{APOSTROPHE}][^\W\d_]+)*")

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Copying:
    """What texts have in common with a training text."""

    longest: int
    """Characters of the longest passage that occurs there."""
    passage: str
    """That passage, the first of such a length."""
    mean: float
    """Characters that go on as somewhere there, on average over all positions."""
    copied: float
    """Share of the characters that lie in passages of at least `COPIED` that occur there."""


@dataclass(frozen=True)
class Invention:
    """Words of texts, and which of them are known."""

    words: int
    distinct_words: int
    known: float | None
    """Share of the words that are known; None where there is no word."""
    known_distinct: float | None
    """The same of the distinct words."""
    unknown: tuple[str, ...]
    """The words that are not, the most frequent first."""


def copying(texts: Sequence[str], lengths: Sequence[Ints]) -> Copying:
    """Sum up the `overlaps` of texts, of which at least one is not empty."""
    joined = np.concatenate(lengths)
    which = max(range(len(texts)), key=lambda index: lengths[index].max(initial=0))
    start = int(lengths[which].argmax())
    longest = int(lengths[which][start])
    copied = sum(int(np.count_nonzero(_covered(row))) for row in lengths)
    return Copying(
        longest=longest,
        passage=texts[which][start : start + longest],
        mean=float(joined.mean()),
        copied=copied / len(joined),
    )


def _covered(lengths: Ints) -> npt.NDArray[np.bool_]:
    """Which characters lie in an overlap of at least `COPIED`."""
    edges = np.zeros(len(lengths) + 1, np.int64)
    starts = np.flatnonzero(lengths >= COPIED)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + lengths[starts], -1)
    return np.cumsum(edges[:-1]) > 0


def overlaps(training: str, texts: Sequence[str]) -> list[Ints]:
    """Return, for each position of each text, the longest overlap with `training` from there on.

    That is the length of the longest substring that starts there and occurs in `training`; no
    passage goes from one text into the next. Memory grows to some 60 bytes a character.
    """
    marked = code_points("\0".join([training, *texts])).copy()
    ends = np.cumsum([len(training), *(len(text) + 1 for text in texts)])
    marked[:] = np.unique(marked, return_inverse=True)[1] + 1
    marked[ends[:-1]] = 0  # between two texts stands what is in none
    order = suffix_array(marked)
    above, below = _neighbours(order, len(training))
    del order
    found = []
    for text, end in zip(texts, ends[1:], strict=True):
        own = slice(int(end) - len(text), int(end))
        found.append(
            np.maximum(
                _common(text, above[own].tolist(), training),
                _common(text, below[own].tolist(), training),
            )
        )
    return found


def suffix_array(symbols: npt.NDArray[np.integer]) -> Ints:
    """Return where the suffixes of `symbols`, integers from 0, start, in lexicographic order.

    Prefix doubling (Manber and Myers 1993): suffixes that are sorted by their first characters are
    sorted by twice as many once each has the rank of the one that begins where these end. Only what
    is still tied is sorted again (Larsson and Sadakane 2007).
    """
    size = len(symbols)
    bits = int(symbols.max(initial=0) + 1).bit_length()
    length = 63 // bits  # characters that one number holds
    keys = np.zeros(size, np.int64)
    for offset in range(min(length, size)):
        keys[: size - offset] |= (symbols[offset:].astype(np.int64) + 1) << (
            bits * (length - 1 - offset)
        )
    order = np.argsort(keys)
    keys, ranks = keys[order], np.empty(size, np.int64)
    tied = np.arange(size)
    while len(tied):
        first = np.append(True, keys[1:] != keys[:-1])
        ranks[order[tied]] = np.maximum.accumulate(np.where(first, tied, 0))
        tied = tied[~(first & np.append(first[1:], True))]
        suffixes = order[tied]
        after = np.minimum(suffixes + length, size - 1)
        keys = ranks[suffixes] * (size + 1)
        keys += np.where(suffixes + length < size, ranks[after] + 1, 0)
        by = np.argsort(keys)
        order[tied], keys = suffixes[by], keys[by]
        length *= 2
    return order


def _neighbours(order: Ints, limit: int) -> tuple[Ints, Ints]:
    """Return, for each suffix, the nearest ones before and after it that start below `limit`.

    -1 stands for none.
    """
    above, below = np.empty_like(order), np.empty_like(order)
    inside = np.where(order < limit, np.arange(len(order)), -1)
    nearest = np.maximum.accumulate(inside)
    above[order] = np.where(nearest < 0, -1, order[nearest])
    inside[inside < 0] = len(order)
    nearest = np.minimum.accumulate(inside[::-1])[::-1]
    below[order] = np.where(nearest == len(order), -1, order[np.minimum(nearest, len(order) - 1)])
    return above, below


def _common(text: str, places: Iterable[int], training: str) -> Ints:
    """Return how far `text` from each position on agrees with `training` from its place there on.

    A position agrees at least so far as the one before it, less one character (Kasai et al. 2001):
    so the time grows with the text, however much of it is copied.
    """
    lengths, known = [], 0
    for start, place in enumerate(places):
        if place < 0:
            known = 0
        else:
            limit = min(len(text) - start, len(training) - place)
            while known < limit and text[start + known] == training[place + known]:
                known += 1
        lengths.append(known)
        known = max(0, known - 1)
    return np.array(lengths, np.int64)


def words(text: str) -> list[str]:
    """Return the words of a text: letters with apostrophes inside them, case-folded."""
    return [_folded(match) for match in _WORD.finditer(text)]


def whole_words(text: str) -> list[str]:
    """Return the words of a text that was cut out: none that its ends may have cut."""
    found = list(_WORD.finditer(text))
    return [_folded(match) for match in found if match.start() > 0 and match.end() < len(text)]


def _folded(match: re.Match[str]) -> str:
    return match[0].casefold().replace(APOSTROPHE, "'")


def invention(found: Iterable[str], known: Collection[str]) -> Invention:
    """Count words, and those that are among the `known`."""
    counts = Counter(found)
    unknown = Counter({word: count for word, count in counts.items() if word not in known})
    total, distinct = counts.total(), len(counts)
    return Invention(
        words=total,
        distinct_words=distinct,
        known=1 - unknown.total() / total if total else None,
        known_distinct=1 - len(unknown) / distinct if distinct else None,
        unknown=tuple(word for word, _ in unknown.most_common()),
    )
