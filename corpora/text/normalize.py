"""Normalisation of texts: decoding, line ends, Project Gutenberg's boilerplate; and the split.

A normalised text has no byte-order mark, ends its lines with line feeds and has no boilerplate of
Project Gutenberg. It ends with its last visible character, followed by one line feed if there was a
line end after it. Normalising a text twice gives the same text as normalising it once.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile

from corpora.errors import UserError, os_error
from corpora.text import gutenberg

_SPOOL = 1 << 20


def iter_text(path: Path, encoding: str = "utf-8", chunk_bytes: int = 1 << 20) -> Iterator[str]:
    """Return an iterator over the normalised text of a file, in non-empty pieces.

    Memory stays within a few times `chunk_bytes`, for any length of the file and of its lines. The
    sizes of the pieces depend on `chunk_bytes`; the text does not.

    Args:
        path: the file.
        encoding: its encoding.
        chunk_bytes: bytes to read at once.

    Raises:
        UserError: the file cannot be read, there is no such encoding, bytes do not decode, or the
            text holds U+0000, which no text has.
    """
    decoded = _decode(path, encoding, chunk_bytes)
    return _strip_trailing_space(_strip_boilerplate(decoded))


def iter_texts(paths: Iterable[Path], encoding: str = "utf-8") -> Iterator[str]:
    """Yield the normalised texts of several files as one text, in non-empty pieces.

    A blank line separates two texts. Empty texts are left out.

    Raises:
        UserError: see `iter_text`.
    """
    held = ""  # last character so far; it is dropped before a blank line if it is a line feed
    for path in paths:
        between = bool(held)
        for piece in iter_text(path, encoding):
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


def _decode(path: Path, encoding: str, chunk_bytes: int) -> Iterator[str]:
    """Yield the decoded text with line feeds as line ends and without a byte-order mark."""
    decoder = io.IncrementalNewlineDecoder(find_decoder(encoding)(), translate=True)
    position = characters = 0
    beginning = True
    try:
        with path.open("rb") as file:
            data: bytes | None = None
            while data != b"":
                data = file.read(chunk_bytes)
                position += len(data)
                try:
                    text = decoder.decode(data, final=not data)
                except ValueError as error:
                    raise _decoding_error(error, path, encoding, data, position) from error
                if text and beginning:
                    beginning = False
                    text = text.removeprefix("\ufeff")
                if "\0" in text:
                    raise _binary_error(
                        path, f"U+0000 is character {characters + text.index(chr(0)):,}"
                    )
                characters += len(text)
                if text:
                    yield text
    except OSError as error:
        raise os_error(error, path) from error


def find_decoder(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    """Return the incremental decoder of a text encoding.

    Raises:
        UserError: there is no such encoding.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)
        # Python also has codecs such as hex and rot13, which do not decode bytes to text.
        b" ".decode(encoding)
    except UnicodeDecodeError:
        return decoder  # such as UTF-16, which needs two bytes
    except (LookupError, ValueError) as error:
        raise UserError(
            f"there is no text encoding called {encoding!r}; try --encoding utf-8, latin-1, cp1252 "
            "or utf-16"
        ) from error
    return decoder


def _decoding_error(
    error: ValueError, path: Path, encoding: str, data: bytes, position: int
) -> UserError:
    """Return the error for bytes that do not decode; `data` ends at byte `position`."""
    marked = position == len(data) and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in data and not marked:
        return _binary_error(path, f"it is not {encoding} and holds zero bytes")
    usual = codecs.lookup(encoding).name == "utf-8"
    advice = f"try --encoding {'utf-16' if marked else 'latin-1' if usual else 'utf-8'}"
    if not isinstance(error, UnicodeDecodeError):
        return UserError(f"{path} is not {encoding} ({error}); {advice}")
    # The decoder puts bytes of the previous piece before `data`; the result ends at `position`.
    offset = position - len(error.object) + error.start
    byte = error.object[error.start]
    return UserError(
        f"{path} is not {encoding}: byte 0x{byte:02x} at offset {offset:,} ({error.reason}); "
        f"{advice}"
    )


def _binary_error(path: Path, what: str) -> UserError:
    return UserError(
        f"{path} looks binary ({what}); name a text file, or its encoding (such as --encoding "
        "utf-16) if it is one"
    )


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
