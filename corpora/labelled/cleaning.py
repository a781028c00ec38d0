"""Cleaning of texts before they are cut into words: HTML entities, and what UTF-8 cannot hold."""

from __future__ import annotations

import html
import html.entities
import re
from bisect import bisect_right
from collections.abc import Iterable

SURROGATE = re.compile("[\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


class OffsetMap:
    """A map from offsets in a cleaned text to offsets in the original text."""

    def __init__(self) -> None:
        self.starts: list[int] = [0]
        self.shifts: list[int] = [0]

    def __call__(self, offset: int) -> int:
        """Return the offset in the original text."""
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]


def clean(text: str) -> tuple[str, OffsetMap]:
    """Return `text` with its HTML entities decoded, and the map back to its offsets."""
    # The library takes only UTF-8, which has no lone surrogates.
    text = SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    if "&" not in text:
        return text, OffsetMap()
    decoded = ((found, _decode_entity(found[0])) for found in _ENTITY.finditer(text))
    return replace_spans(
        text, ((found.start(), found.end(), one) for found, one in decoded if one is not None)
    )


def replace_spans(text: str, spans: Iterable[tuple[int, int, str]]) -> tuple[str, OffsetMap]:
    """Return `text` with parts of it replaced, and the map back to its offsets.

    Args:
        text: the text.
        spans: beginning and end of each part, in order, and what takes its place.
    """
    offsets = OffsetMap()
    parts: list[str] = []
    length = end = 0
    for start, after, other in spans:
        parts += [text[end:start], other]
        length += start - end + len(other)
        end = after
        offsets.starts.append(length)
        offsets.shifts.append(end - length)
    return "".join([*parts, text[end:]]), offsets


def _decode_entity(entity: str) -> str | None:
    """Return the character of an HTML entity; None if there is none or more than one."""
    # html.unescape also decodes the beginning of a name: it turns &notable; into ¬able;
    name = entity[1:]
    decoded = html.unescape(entity) if name[0] == "#" else html.entities.html5.get(name, "")
    return decoded if len(decoded) == 1 else None
