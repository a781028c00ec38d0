"""From bytes to normalised text: decoding, line ends, Gutenberg's boilerplate, the split.

A normalised text has no byte-order mark, ends its lines with a line feed, contains nothing of what
Project Gutenberg puts around a book, and ends with its last visible character, followed by one
line feed if there was a line end after it. Normalising twice changes nothing.
"""

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
    """The normalised text of a file, in pieces that are never empty.

    Memory stays within a few times `chunk_bytes`, whatever the length of the file and of its
    lines; how the text is cut into pieces depends on `chunk_bytes`, the text does not.

    Raises UserError for a file that cannot be read, an unknown encoding, bytes that do not decode
    and U+0000, which no text has.
    """
    decoded = _decoded(path, encoding, chunk_bytes)
    return _without_trailing_space(_without_boilerplate(decoded))


def iter_texts(paths: Iterable[Path], encoding: str = "utf-8") -> Iterator[str]:
    """The normalised texts of several files as one, a blank line between them; empty files count
    for nothing. Errors as `iter_text`.
    """
    held = ""  # the last character so far: a line feed, if the last line has an end
    for path in paths:
        between = bool(held)
        for piece in iter_text(path, encoding):
            text = (held.rstrip("\n") + "\n\n" if between else held) + piece
            if text[:-1]:
                yield text[:-1]
            held, between = text[-1], False
    if held:
        yield held


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The whole normalised text of a file. Errors as `iter_text`."""
    return "".join(iter_text(path, encoding))


def split_bounds(length: int) -> tuple[slice, slice, slice]:
    """Train, validation and test: the first 80 %, the next 10 % and the last 10 % of a text."""
    first, second = int(length * 0.8), int(length * 0.9)
    return slice(0, first), slice(first, second), slice(second, length)


def _decoded(path: Path, encoding: str, chunk_bytes: int) -> Iterator[str]:
    """The decoded text with line feeds as line ends and without a byte-order mark."""
    decoder = io.IncrementalNewlineDecoder(decoder_of(encoding)(), translate=True)
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
                    raise _undecodable(error, path, encoding, data, position) from error
                if text and beginning:
                    beginning = False
                    text = text.removeprefix("\ufeff")
                if "\0" in text:
                    raise _binary(path, f"U+0000 is character {characters + text.index(chr(0)):,}")
                characters += len(text)
                if text:
                    yield text
    except OSError as error:
        raise os_error(error, path) from error


def decoder_of(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    """The incremental decoder of a text encoding. Raises UserError if there is none."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)
        # Python also lists codecs such as hex and rot13, which do not turn bytes into text.
        b" ".decode(encoding)
    except UnicodeDecodeError:
        return decoder  # one byte is not enough for UTF-16
    except (LookupError, ValueError) as error:
        raise UserError(
            f"there is no text encoding called {encoding!r}; try --encoding utf-8, latin-1, cp1252 "
            "or utf-16"
        ) from error
    return decoder


def _undecodable(
    error: ValueError, path: Path, encoding: str, data: bytes, position: int
) -> UserError:
    """The line for bytes that do not decode; `data` ends at byte `position` of the file."""
    marked = position == len(data) and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in data and not marked:
        return _binary(path, f"it is not {encoding} and holds zero bytes")
    usual = codecs.lookup(encoding).name == "utf-8"
    advice = f"try --encoding {'utf-16' if marked else 'latin-1' if usual else 'utf-8'}"
    if not isinstance(error, UnicodeDecodeError):
        return UserError(f"{path} is not {encoding} ({error}); {advice}")
    # The decoder sees what it kept of the piece before, then the piece: both end at `position`.
    offset = position - len(error.object) + error.start
    byte = error.object[error.start]
    return UserError(
        f"{path} is not {encoding}: byte 0x{byte:02x} at offset {offset:,} ({error.reason}); "
        f"{advice}"
    )


def _binary(path: Path, what: str) -> UserError:
    return UserError(
        f"{path} looks binary ({what}); name a text file, or its encoding (such as --encoding "
        "utf-16) if it is one"
    )


def _without_boilerplate(chunks: Iterator[str]) -> Iterator[str]:
    head, rest = _taken(chunks, gutenberg.HEAD_CHARACTERS)
    body = gutenberg.strip_head(head)
    if body is None:
        return chain((head,), rest)
    return _without_tail(chain((body,), rest))


def _taken(chunks: Iterator[str], length: int) -> tuple[str, Iterator[str]]:
    """The first `length` characters, and the rest of the pieces."""
    taken: list[str] = []
    missing = length
    while missing > 0 and (chunk := next(chunks, "")):
        taken.append(chunk)
        missing -= len(chunk)
    text = "".join(taken)
    return text[:length], chain((text[length:],), chunks)


def _without_tail(chunks: Iterator[str]) -> Iterator[str]:
    size = gutenberg.TAIL_CHARACTERS
    held = ""
    for chunk in chunks:
        held += chunk
        yield held[:-size]
        held = held[-size:]
    yield gutenberg.strip_tail(held)


def _without_trailing_space(chunks: Iterator[str]) -> Iterator[str]:
    """The text up to its last visible character, and one line feed if a line end follows."""
    empty = True
    # White space waits until something follows; a file may hold gigabytes of it.
    with SpooledTemporaryFile(_SPOOL, "w+", encoding="utf-8", newline="") as waiting:
        for chunk in chunks:
            body = chunk.rstrip()
            if body:
                yield from _emptied(waiting)
                yield body
                empty = False
            waiting.write(chunk[len(body) :])
        if not empty and any("\n" in piece for piece in _emptied(waiting)):
            yield "\n"


def _emptied(waiting: SpooledTemporaryFile[str]) -> Iterator[str]:
    waiting.seek(0)
    while piece := waiting.read(_SPOOL):
        yield piece
    waiting.seek(0)
    waiting.truncate()
