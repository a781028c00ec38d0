"""The vocabulary of captions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from corpora.errors import UserError
from corpora.scenes.grammar import WORDS, join_words
from corpora.text.vocabulary import Vocabulary
from seq.padding import END, MARKS, Ids

UNKNOWN = len(MARKS)
"""Id of a word that the vocabulary does not have."""
FIRST = (*MARKS, "<unknown>")
"""The symbols before the words."""


def make_vocabulary(captions: Iterable[Sequence[str]], rarest: int = 1) -> Vocabulary:
    """Return the vocabulary of captions, the most frequent words first.

    Args:
        captions: captions as words; those for training, and no others.
        rarest: least times that a word must occur; rarer ones are unknown.
    """
    counts = Counter(word for caption in captions for word in caption)
    found = sorted((-count, word) for word, count in counts.items() if count >= rarest)
    return Vocabulary((*FIRST, *(word for _, word in found)))


def make_scene_vocabulary() -> Vocabulary:
    """Return the vocabulary of the grammar of scenes."""
    return Vocabulary((*FIRST, *WORDS))


def read_vocabulary(text: str) -> Vocabulary:
    """Read a vocabulary that a model file holds.

    Raises:
        UserError: `text` is no vocabulary of captions.
    """
    found = Vocabulary.from_json(text)
    if found.symbols[: len(FIRST)] != FIRST:
        raise UserError("the vocabulary of a captioner lacks its special symbols")
    return found


def encode(vocabulary: Vocabulary, words: Sequence[str]) -> Ids:
    """Return the ids of a caption, and of the end after it, (T,)."""
    ids = [vocabulary.index(word) if word in vocabulary else UNKNOWN for word in words]
    return np.array([*ids, END], dtype=np.int64)


def decode(vocabulary: Vocabulary, ids: Iterable[int]) -> tuple[str, ...]:
    """Return the words with these ids, without the end."""
    return tuple(vocabulary.symbols[i] for i in ids if i != END)


def to_text(words: Iterable[str]) -> str:
    """Return a caption as people write it."""
    return join_words(words)
