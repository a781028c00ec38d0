"""Texts that somebody else has written: read by a model, of files, or kept from the last session.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from charlm.language_model import LanguageModel
from corpora.errors import os_error
from corpora.text.decoding import Decoding, decode
from tui.generate.drafts import Draft, Endings, History
from tui.generate.manuscript import Manuscript

MOST_CHARACTERS = 200_000
"""Length at which writing ends, "endless" as well, and to which a file is read. With all that is
kept a character takes 35 bytes for war_and_peace, and 78 for war_and_peace_large: 7 and 16 MB."""
MOST_BYTES = 4 * MOST_CHARACTERS
"""Bytes of a file that are read: a character of UTF-8 takes at most four."""


def transfer(old: Draft, model: LanguageModel, history: History) -> tuple[Manuscript, str]:
    """Have another model read a text.

    Args:
        old: text that is read.
        model: model of the new manuscript.
        history: drafts that `undo` goes back to.

    Returns:
        The new manuscript, and the characters that are left out because `model` does not know
        them.
    """
    text = old.text
    known = model.vocabulary.drop_unknown
    new = read_again(model, known(text), prompt_length=len(known(text[: old.prompt_length])))
    new.seed, new.temperature, new.history = old.seed, old.temperature, history
    return new, list_unknown(model, text)


def read_again(
    model: LanguageModel,
    text: str,
    *,
    prompt_length: int,
    endings: Sequence[str] = (),
    at: int = 0,
) -> Manuscript:
    """Read a text of the last session, with its other endings; nothing is there to undo.

    Args:
        model: the model, which knows all the characters.
        text: the text that is shown.
        prompt_length: how many characters at the beginning the model did not write.
        endings: the other endings, as whole texts.
        at: how many of them were begun before the one that is shown.
    """
    new, drafts, before = Manuscript(model), [], ""
    for one in (*endings, text):
        common = count_common(before, one)
        new.cut(common)
        for index in model.vocabulary.encode(one[common:]).tolist():
            new.add(index)
        new.prompt_length = max(0, min(prompt_length, len(new)))
        drafts.append(new.freeze())
        before = one
    new.endings = Endings(tuple(drafts[:-1]), max(0, min(at, len(drafts) - 1)))
    new.history = History()
    return new


def count_common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:  # slices are compared far faster than characters
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def list_unknown(model: LanguageModel, text: Iterable[str]) -> str:
    """Return the characters of a text that a model does not know, each once, sorted."""
    return "".join(sorted({one for one in text if one not in model.vocabulary}))


def describe_unknown(model: LanguageModel, text: str) -> str:
    """Return a line that lists the characters of a text that a model does not know, by number."""
    unknown = list_unknown(model, text)
    counts = sorted(((text.count(one), one) for one in unknown), reverse=True)
    listed = ", ".join(f"{one!r} {count:,}×" for count, one in counts[:12])
    more = f", and {len(counts) - 12:,} others" if len(counts) > 12 else ""
    return listed + more


def read_file(path: Path) -> tuple[str, bool]:
    """Return the text of a file, with LF line ends, and whether it is longer than what is read.

    Raises:
        UserError: it cannot be read or decoded.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise os_error(error, path) from error
    longer = len(data) > MOST_BYTES
    if longer:  # not in the middle of a character
        data = data[:MOST_BYTES].decode("utf-8", "ignore").encode()
    text = decode(data, path.name, Decoding.of("utf-8"))
    return text[:MOST_CHARACTERS], longer or len(text) > MOST_CHARACTERS
