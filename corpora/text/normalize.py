"""Normalisation of texts: decoding, line ends, Project Gutenberg's boilerplate; and the split.

A normalised text has no byte-order mark, ends its lines with line feeds and has no boilerplate of
Project Gutenberg. It ends with its last visible character, followed by one line feed if there was a
line end after it. Normalising a text twice gives the same text as normalising it once. A Unicode
normal form is applied only if it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile

from corpora.errors import os_error
from corpora.temporary import shown_name
from corpora.text import gutenberg
from corpora.text.decoding import Decoding as Decoding
from corpora.text.decoding import Lost, iter_decoded
from corpora.text.decoding import find_decoder as find_decoder
from corpora.text.normal_form import iter_normal_form

_SPOOL = 1 << 20


def iter_text(
    path: Path,
    decoding: Decoding | str = "utf-8",
    chunk_bytes: int = 1 << 20,
    *,
    lost: dict[Path, int] | None = None,
) -> Iterator[str]:
    """Return an iterator over the normalised text of a file, in non-empty pieces.

    Memory stays within a few times `chunk_bytes`, for any length of the file and of its lines. The
    sizes of the pieces depend on `chunk_bytes`; the text does not.

    Args:
        path: the file.
        decoding: how its bytes become text, or the encoding alone.
        chunk_bytes: bytes to read at once.
        lost: gets, under `path`, the number of bytes that do not decode, after the last piece.

    Raises:
        UserError: the file cannot be read, there is no such encoding, bytes do not decode, or the
            text holds U+0000, which no text has.
    """
    how = Decoding.of(decoding)
    decoded = _read(path, how, chunk_bytes, lost)
    if how.form is not None:
        decoded = iter_normal_form(decoded, how.form, str(path))
    return _strip_trailing_space(_strip_boilerplate(decoded))


def iter_texts(
    paths: Iterable[Path],
    decoding: Decoding | str = "utf-8",
    *,
    lost: dict[Path, int] | None = None,
) -> Iterator[str]:
    """Yield the normalised texts of several files as one text, in non-empty pieces.

    A blank line separates two texts. Empty texts are left out.

    Args:
        paths: the files.
        decoding: how their bytes become text, or the encoding alone.
        lost: gets, for each file, the number of bytes that do not decode.

    Raises:
        UserError: see `iter_text`.
    """
    held = ""  # last character so far; it is dropped before a blank line if it is a line feed
    for path in paths:
        between = bool(held)
        for piece in iter_text(path, decoding, lost=lost):
            text = (held.rstrip("\n") + "\n\n" if between else held) + piece
            if text[:-1]:
                yield text[:-1]
            held, between = text[-1], False
    if held:
        yield held


def split_bounds(length: int) -> tuple[slice, slice, slice]:
    """Return the train, validation and test parts of a text of `length` symbols.

    They are the first 80 %, the next 10 % and the last 10 %.
    """
    first, second = int(length * 0.8), int(length * 0.9)
    return slice(0, first), slice(first, second), slice(second, length)


def _read(
    path: Path, decoding: Decoding, chunk_bytes: int, lost: dict[Path, int] | None
) -> Iterator[str]:
    """Yield the decoded text of a file; note the number of bytes that did not decode."""
    count = Lost()
    try:
        with path.open("rb") as file:
            yield from iter_decoded(
                file, shown_name(path), decoding, chunk_bytes=chunk_bytes, lost=count
            )
    except OSError as error:
        raise os_error(error, path) from error
    if lost is not None:
        lost[path] = count.count


def _strip_boilerplate(chunks: Iterator[str]) -> Iterator[str]:
    head, rest = _take(chunks, gutenberg.HEAD_CHARACTERS)
    body = gutenberg.strip_head(head)
    if body is None:
        return chain((head,), rest)
    return _strip_tail(chain((body,), rest))


def _take(chunks: Iterator[str], length: int) -> tuple[str, Iterator[str]]:
    """Return the first `length` characters, and an iterator over the rest."""
    taken: list[str] = []
    missing = length
    while missing > 0 and (chunk := next(chunks, "")):
        taken.append(chunk)
        missing -= len(chunk)
    text = "".join(taken)
    return text[:length], chain((text[length:],), chunks)


def _strip_tail(chunks: Iterator[str]) -> Iterator[str]:
    size = gutenberg.TAIL_CHARACTERS
    held = ""
    for chunk in chunks:
        held += chunk
        yield held[:-size]
        held = held[-size:]
    yield gutenberg.strip_tail(held)


def _strip_trailing_space(chunks: Iterator[str]) -> Iterator[str]:
    """Yield the text up to its last visible character, and a line feed if a line end follows."""
    empty = True
    # White space is kept back until text follows it; a file may hold gigabytes of it.
    with SpooledTemporaryFile(_SPOOL, "w+", encoding="utf-8", newline="") as waiting:
        for chunk in chunks:
            body = chunk.rstrip()
            if body:
                yield from _drain(waiting)
                yield body
                empty = False
            waiting.write(chunk[len(body) :])
        if not empty and any("\n" in piece for piece in _drain(waiting)):
            yield "\n"


def _drain(waiting: SpooledTemporaryFile[str]) -> Iterator[str]:
    waiting.seek(0)
    while piece := waiting.read(_SPOOL):
        yield piece
    waiting.seek(0)
    waiting.truncate()
