"""Unicode normal forms (UAX #15) of texts of any length, in bounded memory."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, get_args

from corpora.errors import UserError

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: tuple[Form, ...] = get_args(Form)

LONGEST_RUN = 1 << 10
"""Maximum number of characters in a row that may depend on those before them.

Text has fewer than ten. `unicodedata.normalize` takes quadratic time for such a run."""

_WINDOW = 1 << 12
_PAIRS_END = 0x30000
"""End of the code points that may be composed of two others (the last one is U+1D1C0)."""


def iter_normal_form(pieces: Iterable[str], form: Form, name: str = "the text") -> Iterator[str]:
    """Yield the normal form of a text, in non-empty pieces.

    The joined pieces equal `unicodedata.normalize(form, text)`, however the text is divided.

    Args:
        pieces: the text, in pieces.
        form: the normal form.
        name: name of the text, for the error message.

    Raises:
        UserError: more than `LONGEST_RUN` characters in a row depend on those before them.
    """
    held = ""  # no place in it, except for its beginning, separates it
    for piece in pieces:
        for start in range(0, len(piece), _WINDOW):
            text = held + piece[start : start + _WINDOW]
            places = range(len(text) - 1, max(len(held), 1) - 1, -1)
            cut = next((i for i in places if _separates(text[i], form)), 0)
            if cut:
                yield unicodedata.normalize(form, text[:cut])
            held = text[cut:]
            if len(held) > LONGEST_RUN:
                raise UserError(
                    f"{name} has more than {LONGEST_RUN:,} combining characters in a row, so it is "
                    f"no text that has the normal form {form}"
                )
    if held:
        yield unicodedata.normalize(form, held)


@cache
def _separates(character: str, form: Form) -> bool:
    """Return whether a text before `character` and a text from it on have separate normal forms.

    So it is if the decomposition of the character begins with a starter (canonical combining class
    0) that never composes with what is before it.
    """
    first = unicodedata.normalize("NFKD" if "K" in form else "NFD", character)[0]
    return unicodedata.combining(first) == 0 and first not in _second_starters()


@cache
def _second_starters() -> frozenset[str]:
    """Return the starters that may compose with the character before them."""
    vowels_and_finals = map(chr, range(0x1160, 0x1200))  # of Hangul, which has no decompositions
    pairs = (unicodedata.decomposition(chr(point)).split() for point in range(_PAIRS_END))
    seconds = {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and pair[0][0] != "<"}
    return frozenset({*vowels_and_finals, *(c for c in seconds if not unicodedata.combining(c))})
