"""Guesses of the encoding of a text from its bytes."""

from __future__ import annotations

import codecs
from typing import BinaryIO

_SAMPLE_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 20
_MARKS = (
    # The mark of UTF-16 is the beginning of that of UTF-32, so UTF-32 comes first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)
_CONTINUATION = bytes(range(0x80, 0xC0))
"""Bytes that continue a character of UTF-8."""
_CONTROLS = bytes(range(0x80, 0xA0))
"""Bytes that are control characters in Latin-1, and letters and quotation marks in cp1252."""
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
"""Bytes that cp1252 does not define."""


def suggest_encoding(file: BinaryIO, offset: int = 0) -> str | None:
    """Return the encoding that the bytes of a file look like.

    A byte-order mark names it. Without one, many zero bytes at every second place, or at three of
    four, mean UTF-16 or UTF-32. The rest is taken to be UTF-8 if it has no byte above 0x7f, or more
    characters of several bytes than bytes that do not decode. It is taken to be cp1252 if it has
    bytes that are control characters in Latin-1, and Latin-1 in all other cases.

    Args:
        file: the file, seekable.
        offset: place of the first byte that did not decode. UTF-8 is looked for around it.

    Returns:
        A name that Python knows; None if the file does not look like a text.
    """
    file.seek(0)
    sample = file.read(_SAMPLE_BYTES)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        if _looks_wide(sample, name):
            return name
    file.seek(max(offset - _SAMPLE_BYTES // 2, 0))
    if _looks_like_utf8(file.read(_SAMPLE_BYTES)):
        return "utf-8"
    file.seek(0)
    plain, controls, undefined = True, False, False
    while chunk := file.read(_CHUNK_BYTES):
        if b"\0" in chunk:
            return None
        plain = plain and chunk.isascii()
        controls = controls or _has_any(chunk, _CONTROLS)
        undefined = undefined or _has_any(chunk, _UNDEFINED)
    if plain:
        return "utf-8"
    return "cp1252" if controls and not undefined else "latin-1"


def _looks_wide(sample: bytes, encoding: str) -> bool:
    """Return whether a sample looks like a text in UTF-16 or UTF-32 without a byte-order mark."""
    size = 4 if "32" in encoding else 2
    sample = sample[: len(sample) // size * size]
    high = sample[size - 1 :: size] if encoding.endswith("le") else sample[::size]
    low = sample[::size] if encoding.endswith("le") else sample[size - 1 :: size]
    zeros = high.count(0)
    # The high byte is zero for the characters of Latin-1; in other scripts, for space and stops.
    # The low byte is zero for a few, such as the Chinese digit one.
    if zeros < 2 or zeros * 50 < len(high) or zeros <= low.count(0):
        return False
    # The sample may end inside of a character of two units.
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    shown = sum((c.isprintable() or c.isspace()) and c != "\ufffd" for c in text)
    return "\0" not in text and shown >= 0.95 * len(text)


def _looks_like_utf8(sample: bytes) -> bool:
    sample = sample.lstrip(_CONTINUATION)  # the sample may begin inside of a character
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(sample)
    wrong = text.count("\N{REPLACEMENT CHARACTER}")
    ascii_bytes = len(sample) - len(sample.translate(None, bytes(range(0x80))))
    return "\0" not in text and len(text) - ascii_bytes - wrong > wrong


def _has_any(chunk: bytes, wanted: bytes) -> bool:
    return len(chunk.translate(None, wanted)) < len(chunk)
