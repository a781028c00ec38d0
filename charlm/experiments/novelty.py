"""Measures of novelty: how much of a text is copied from a training text, and which words are new.

Copying is measured exactly, by the matching statistics of a text (Chang and Lawler 1994): for every
position, the length of the longest passage that starts there and occurs anywhere in the training
text. In a suffix array of all texts together, one of the two nearest suffixes of the training text,
before or after a position, has the longest agreement with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlm.arrays import Ints
from corpora.text.vocabulary import code_points

COPIED = 50
"""Characters of the shortest passage that counts as copied."""

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_WORD = re.compile(rf"[^\W\d_]+(?:['{APOSTROPHE}][^\W\d_]+)*")


@dataclass(frozen=True)
class Copying:
    """How much texts copy from a training text."""

    longest: int
    """Characters of the longest passage that occurs in the training text."""
    passage: str
    """The first passage of that length."""
    mean: float
    """Mean length of the longest passages that start at each position."""
    copied: float
    """Share of the characters in passages of at least `COPIED` that occur in the training text."""


@dataclass(frozen=True)
class Invention:
    """How many words of texts are known."""

    words: int
    """Number of words."""
    distinct_words: int
    """Number of distinct words."""
    known: float | None
    """Share of the words that are known; None if there is no word."""
    known_distinct: float | None
    """Share of the distinct words that are known; None if there is no word."""
    unknown: tuple[str, ...]
    """The unknown words, the most frequent first."""


def measure_copying(texts: Sequence[str], lengths: Sequence[Ints]) -> Copying:
    """Return how much texts copy.

    Args:
        texts: the texts; at least one is not empty.
        lengths: what `find_overlaps` returned for them.
    """
    every = np.concatenate(lengths)
    which = max(range(len(texts)), key=lambda index: lengths[index].max(initial=0))
    start = int(lengths[which].argmax())
    longest = int(lengths[which][start])
    copied = sum(int(np.count_nonzero(_mark_copied(row))) for row in lengths)
    return Copying(
        longest=longest,
        passage=texts[which][start : start + longest],
        mean=float(every.mean()),
        copied=copied / len(every),
    )


def _mark_copied(lengths: Ints) -> npt.NDArray[np.bool_]:
    """Return which characters lie in an overlap of at least `COPIED` characters."""
    edges = np.zeros(len(lengths) + 1, np.int64)
    starts = np.flatnonzero(lengths >= COPIED)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + lengths[starts], -1)
    return np.cumsum(edges[:-1]) > 0


def find_overlaps(training: str, texts: Sequence[str]) -> list[Ints]:
    """Return the longest overlap with `training` for each position of each text.

    It is the length of the longest substring that starts at the position and occurs in `training`.
    A substring ends with its text. About 60 bytes of memory are needed per character.
    """
    marked = code_points("\0".join([training, *texts])).copy()
    ends = np.cumsum([len(training), *(len(text) + 1 for text in texts)])
    marked[:] = np.unique(marked, return_inverse=True)[1] + 1
    marked[ends[:-1]] = 0  # a symbol between two texts that occurs in none
    order = build_suffix_array(marked)
    above, below = _find_neighbours(order, len(training))
    del order
    found = []
    for text, end in zip(texts, ends[1:], strict=True):
        own = slice(int(end) - len(text), int(end))
        found.append(
            np.maximum(
                _count_common(text, above[own].tolist(), training),
                _count_common(text, below[own].tolist(), training),
            )
        )
    return found


def build_suffix_array(symbols: npt.NDArray[np.integer]) -> Ints:
    """Return the starts of the suffixes of `symbols`, integers from 0, in lexicographic order.

    Prefix doubling (Manber and Myers 1993): suffixes sorted by their first k characters have ranks.
    The rank of the suffix that starts k characters later then sorts them by 2k characters. Only
    suffixes that are still tied are sorted again (Larsson and Sadakane 2007).
    """
    size = len(symbols)
    bits = int(symbols.max(initial=0) + 1).bit_length()
    length = 63 // bits  # characters that fit into one number
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


def _find_neighbours(order: Ints, limit: int) -> tuple[Ints, Ints]:
    """Return the nearest suffixes before and after each suffix that start below `limit`.

    Where there is none, the value is -1.
    """
    above, below = np.empty_like(order), np.empty_like(order)
    inside = np.where(order < limit, np.arange(len(order)), -1)
    nearest = np.maximum.accumulate(inside)
    above[order] = np.where(nearest < 0, -1, order[nearest])
    inside[inside < 0] = len(order)
    nearest = np.minimum.accumulate(inside[::-1])[::-1]
    below[order] = np.where(nearest == len(order), -1, order[np.minimum(nearest, len(order) - 1)])
    return above, below


def _count_common(text: str, places: Iterable[int], training: str) -> Ints:
    """Return how many characters of `text` from each position on agree with `training`.

    A position agrees in at least as many characters as the one before it, less one (Kasai et al.
    2001). So the time is linear in the text, however much of it is copied.

    Args:
        text: the text.
        places: for each position, the place in `training` to compare with; -1 for none.
        training: the training text.
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


def find_words(text: str) -> list[str]:
    """Return the words of a text, case-folded: letters, with apostrophes between them."""
    return [_fold(match) for match in _WORD.finditer(text)]


def find_whole_words(text: str) -> list[str]:
    """Return the words of a piece of a text, without those that its ends may have cut."""
    found = list(_WORD.finditer(text))
    return [_fold(match) for match in found if match.start() > 0 and match.end() < len(text)]


def _fold(match: re.Match[str]) -> str:
    return match[0].casefold().replace(APOSTROPHE, "'")


def measure_invention(found: Iterable[str], known: Collection[str]) -> Invention:
    """Return how many of the words `found` are among the `known` ones."""
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
