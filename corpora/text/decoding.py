"""Decoding of texts: encodings, bytes that do not decode, and advice when the encoding is wrong."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import BinaryIO, Literal, Self, get_args

from corpora.errors import UserError
from corpora.text.guess import suggest_encoding
from corpora.text.normal_form import FORMS, Form, iter_normal_form

Errors = Literal["strict", "replace", "skip"]
ERRORS: tuple[Errors, ...] = get_args(Errors)

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Decoding:
    """How the bytes of a file become text.

    Raises:
        UserError: `errors` or `form` is none of the possible values, or `encoding` is no string.
    """

    encoding: str = "utf-8"
    """Encoding of the bytes."""
    errors: Errors = "strict"
    """What becomes of bytes that do not decode: an error, U+FFFD, or nothing."""
    form: Form | None = None
    """Unicode normal form that the text is brought into; None to leave it as it is."""

    def __post_init__(self) -> None:
        if not isinstance(self.encoding, str):
            raise UserError(f"the encoding is {self.encoding!r}; give its name, such as utf-8")
        if self.errors not in ERRORS:
            raise UserError(f"errors are {self.errors!r}; choose one of {', '.join(ERRORS)}")
        if self.form is not None and self.form not in FORMS:
            raise UserError(
                f"there is no normal form {self.form!r}; choose one of {', '.join(FORMS)}"
            )

    @classmethod
    def of(cls, decoding: Self | str) -> Self:
        """Return `decoding`; a string is the encoding, and the rest is the default."""
        return cls(decoding) if isinstance(decoding, str) else decoding

    @property
    def codec(self) -> str:
        """The name that Python has for the encoding.

        Raises:
            UserError: there is no such encoding.
        """
        find_decoder(self.encoding)
        return codecs.lookup(self.encoding).name

    def normalize(self, text: str, name: str = "the text") -> str:
        """Return `text` in the normal form, if there is one.

        Raises:
            UserError: `iter_normal_form` raises it.
        """
        if self.form is None:
            return text
        return "".join(iter_normal_form([text], self.form, name))


@dataclass
class Lost:
    """A count of bytes that did not decode."""

    count: int = 0
    """Number of bytes."""


_lost: ContextVar[Lost] = ContextVar("_lost")
"""The count of the decoder that is running; handlers of codecs have no other way to reach it."""


def _make_handler(stand_in: str) -> Callable[[UnicodeError], tuple[str, int]]:
    def handle(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        _lost.get().count += error.end - error.start
        return stand_in, error.end

    return handle


_HANDLERS: dict[Errors, str] = {
    "strict": "strict",
    "replace": "charlm-replace",
    "skip": "charlm-skip",
}
"""Names under which Python knows the handlers."""

codecs.register_error(_HANDLERS["replace"], _make_handler("\N{REPLACEMENT CHARACTER}"))
codecs.register_error(_HANDLERS["skip"], _make_handler(""))


def find_decoder(encoding: str) -> Callable[..., codecs.IncrementalDecoder]:
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


def iter_decoded(
    file: BinaryIO,
    name: str,
    decoding: Decoding,
    *,
    chunk_bytes: int = _CHUNK_BYTES,
    keep_line_ends: bool = False,
    lost: Lost | None = None,
    if_damaged: str = "go on with --errors replace",
) -> Iterator[str]:
    """Yield the text of a file, without a byte-order mark, in non-empty pieces.

    The normal form of `decoding` is not applied.

    Args:
        file: the file, at its beginning. It is read again to give advice, so it must be seekable.
        name: name of the file, for error messages.
        decoding: the encoding, and what to do with bytes that do not decode.
        chunk_bytes: bytes to read at once.
        keep_line_ends: whether line ends stay as they are; otherwise they become line feeds.
        lost: counts the bytes that do not decode, unless they are an error.
        if_damaged: advice for a file that has the right encoding, but is damaged.

    Raises:
        UserError: there is no such encoding, bytes do not decode, or the text holds U+0000, which
            no text has.
        OSError: the file cannot be read.
    """
    lost = Lost() if lost is None else lost
    codec = find_decoder(decoding.encoding)(errors=_HANDLERS[decoding.errors])
    decoder = codec if keep_line_ends else io.IncrementalNewlineDecoder(codec, translate=True)
    position = characters = 0
    beginning = True
    data: bytes | None = None
    while data != b"":
        data = file.read(chunk_bytes)
        position += len(data)
        token = _lost.set(lost)
        try:
            text = decoder.decode(data, final=not data)
        except ValueError as error:
            encoding = decoding.encoding
            raise _decoding_error(error, file, name, encoding, position, if_damaged) from error
        finally:
            _lost.reset(token)
        if text and beginning:
            beginning = False
            text = text.removeprefix("\ufeff")
        if "\0" in text:
            what = f"U+0000 is character {characters + text.index(chr(0)):,}"
            raise _binary_error(file, name, decoding.encoding, what)
        characters += len(text)
        if text:
            yield text


def decode(
    data: bytes, name: str, decoding: Decoding | str = "utf-8", *, keep_line_ends: bool = False
) -> str:
    """Return the text of `data`, without its normal form; see `iter_decoded`.

    Raises:
        UserError: `iter_decoded` raises it.
    """
    pieces = iter_decoded(
        io.BytesIO(data),
        name,
        Decoding.of(decoding),
        keep_line_ends=keep_line_ends,
        if_damaged="mend the file",
    )
    return "".join(pieces)


def _decoding_error(
    error: ValueError, file: BinaryIO, name: str, encoding: str, position: int, if_damaged: str
) -> UserError:
    """Return the error for bytes that do not decode; the decoder has read up to `position`."""
    wrong = error if isinstance(error, UnicodeDecodeError) else None
    # The decoder puts bytes of the previous piece before those of the last one.
    offset = position - len(wrong.object) + wrong.start if wrong else 0
    found = suggest_encoding(file, offset)
    if found is None:
        return _binary_error(file, name, encoding, f"it is not {encoding} and holds zero bytes")
    damaged = _is_same(found, encoding)
    advice = f"it is damaged there; {if_damaged}" if damaged else f"try --encoding {found}"
    if wrong is None:
        return UserError(f"{name} is not {encoding} ({error}); {advice}")
    return UserError(
        f"{name} is not {encoding}: byte 0x{wrong.object[wrong.start]:02x} at offset {offset:,} "
        f"({wrong.reason}); {advice}"
    )


def _binary_error(file: BinaryIO, name: str, encoding: str, what: str) -> UserError:
    found = suggest_encoding(file)
    wide = found is not None and found.startswith(("utf-16", "utf-32"))
    if found is not None and wide and not _is_same(found, encoding):
        mark = " without a byte-order mark" if found.endswith("e") else ""
        return UserError(
            f"{name} looks binary ({what}), but it is {found[:6].upper()}{mark}; "
            f"try --encoding {found}"
        )
    return UserError(
        f"{name} looks binary ({what}); name a text file, or its encoding (such as --encoding "
        "utf-16) if it is one"
    )


def _is_same(encoding: str, other: str) -> bool:
    first, second = (codecs.lookup(name).name.removesuffix("-sig") for name in (encoding, other))
    return first == second
