"""Spelling: words that nobody knows, read as the English word that they are one slip away from.

The dictionary, of 82,765 English words with their frequencies, is that of symspellpy, an extra. A
slip is a letter too many, too few, or wrong, or two neighbours swapped. Left alone are words of
fewer than four letters, words with anything but the letters from a to z, and words that begin with
a capital letter, most of which are names.
"""

from __future__ import annotations

import importlib.resources
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from functools import cache, lru_cache

from corpora.errors import UserError

NEEDED = "correcting the spelling needs symspellpy; pip install 'symspellpy>=6.9'"
NO_SLIP = 5
"""A word that the texts have so often is no slip, but a name, or a word of their own."""

_DICTIONARY = "frequency_dictionary_en_82_765.txt"
_WORD = re.compile(r"[a-z]{4,}")
_SLIP = re.compile(r"(?<![\w'])(?:[a-z]{4,}|[A-Z]{4,})(?!\w|'\w)")
"""What may be a slip: a whole word in one case. Many words with one capital are names."""
_SHOWN = 5

Corrections = Counter[tuple[str, str]]
"""How often each word was read as another one."""
Span = tuple[int, int, str]
"""Where a part of a text begins and ends, and what is read instead of it."""


@cache
def _load_speller() -> Callable[[str], str | None]:
    """Return a function from a word to its correction; it takes a second to make.

    Raises:
        UserError: symspellpy is missing.
    """
    try:
        from symspellpy import SymSpell, Verbosity
    except ImportError as error:
        raise UserError(NEEDED) from error
    # Two slips would take four times as long to load, and make many words of names.
    speller = SymSpell(max_dictionary_edit_distance=1)
    with importlib.resources.as_file(importlib.resources.files("symspellpy") / _DICTIONARY) as path:
        speller.load_dictionary(str(path), term_index=0, count_index=1)

    def correct(word: str) -> str | None:
        found = speller.lookup(word, Verbosity.TOP, max_edit_distance=1)
        return str(found[0].term) if found and found[0].term != word else None

    return lru_cache(maxsize=1 << 20)(correct)


def require_speller() -> None:
    """Raise `UserError` if symspellpy is missing: before the work, not after it."""
    _load_speller()


def find_slips(text: str, known: Container[str]) -> Iterator[Span]:
    """Yield the slips in a text: where each begins and ends, and the word that is meant.

    Args:
        text: the text, as it was written: its capitals tell names.
        known: words in lower case. None of them is a slip, and one of them must be meant.

    Raises:
        UserError: symspellpy is missing.
    """
    correct = _load_speller()
    for found in _SLIP.finditer(text):
        word = found[0].lower()
        if word not in known and (meant := correct(word)) is not None and meant in known:
            yield found.start(), found.end(), meant


def correct_rare(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts with the slips corrected in words that they rarely have.

    Args:
        texts: the texts; all of them are read before the first one is returned.

    Raises:
        UserError: symspellpy is missing.
    """
    correct = _load_speller()
    texts = list(texts)
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(text.lower()))

    def mend(found: re.Match[str]) -> str:
        word = found[0].lower()
        return found[0] if counts[word] >= NO_SLIP else correct(word) or found[0]

    for text in texts:
        yield _SLIP.sub(mend, text)


def describe_corrections(found: Corrections) -> str:
    """Return a line about what was corrected."""
    total, different = sum(found.values()), len(found)
    if not total:
        return "spelling: no word was corrected"
    shown = ", ".join(f"{wrong} → {right}" for (wrong, right), _ in found.most_common(_SHOWN))
    words = "1 word was" if total == 1 else f"{total:,} words ({different:,} different) were"
    return f"spelling: {words} corrected: {shown}{', …' if different > _SHOWN else ''}"
