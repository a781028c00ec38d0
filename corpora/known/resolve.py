"""Corpora by the names that users give: files, folders, catalogued names, standard input."""

from __future__ import annotations

import io
import os
import stat
import sys
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from corpora.errors import UserError, os_error
from corpora.known import catalog
from corpora.known.download import Progress
from corpora.known.fetch import fetch, place
from corpora.known.folders import find_texts, is_folder
from corpora.notice import Notice, silent
from corpora.temporary import open_spool
from corpora.text import encoded
from corpora.text.decoding import Decoding
from corpora.text.encoded import Corpus, EncodedText

_SPOOL_BYTES = 1 << 20


def resolve(
    spec: str,
    *,
    progress: Progress | None = None,
    notice: Notice = silent,
    stdin: BinaryIO | None = None,
    make: bool = True,
    suffixes: Sequence[str] | None = None,
    decoding: Decoding | str = "utf-8",
) -> Corpus:
    """Return the corpus that `spec` names.

    An existing path is read whatever its name is: a file, a pipe or a folder, of which the text
    files are read (see `folders.find_texts`). "-" is standard input. The name of a catalogued
    corpus is that corpus; its path (corpora/NAME.txt or NAME.txt) is made if it is missing, unless
    `make` is False.

    Args:
        spec: path, name or "-".
        progress: shows a download.
        notice: takes what the user should know about the corpus.
        stdin: read instead of the standard input of the process.
        make: whether the path of a catalogued corpus is made if it is missing. Otherwise the text
            is taken from the cache, as by its name. A path that comes out of a file, which a
            stranger may have written, must not be made.
        suffixes: ends of the names of the files of a folder that are read; None for all texts.
        decoding: how bytes become text: what does not decode is no text file of a folder.

    Raises:
        UserError: `spec` names no corpus, a file cannot be read, `fetch` raises it, or there are
            suffixes, but no folder.
    """
    if suffixes is not None and not is_folder(spec):
        raise UserError(f"{spec} is no folder, of which suffixes choose the files: leave them out")
    if spec == "-":
        return _spool(stdin or getattr(sys.stdin, "buffer", None), "stdin")
    path = Path(os.path.expanduser(spec))  # noqa: PTH111  (Path.expanduser raises without a home)
    try:
        mode = path.stat().st_mode if spec else None
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except OSError as error:
        raise os_error(error, spec) from error
    except ValueError as error:
        raise UserError(f"{spec!r} cannot be a path ({error}); name a file or a folder") from error
    if mode is None:
        return _resolve_catalogued(spec, path, progress, notice, make)
    if spec in catalog.CATALOG:
        kind = "folder" if stat.S_ISDIR(mode) else "file"
        notice(
            f"reading the {kind} {spec}; the catalogued corpus of that name is "
            f"{catalog.CATALOG[spec].path}"
        )
    if stat.S_ISDIR(mode):
        files = find_texts(path, suffixes=suffixes, decoding=decoding, notice=notice)
        return Corpus(path.resolve().name or str(path), files)
    return _resolve_path(path, mode)


def encode(
    spec: str,
    *,
    decoding: Decoding | str = "utf-8",
    progress: Progress | None = None,
    notice: Notice = silent,
    make: bool = True,
    suffixes: Sequence[str] | None = None,
) -> EncodedText:
    """Return the corpus that `spec` names as ids; see `resolve` and `encoded.encode`.

    Args:
        spec: file, folder, catalogued name or path, or "-" for standard input.
        decoding: how the bytes of the files become text, or the encoding alone; catalogued corpora
            are always UTF-8.
        progress: shows a download.
        notice: takes what the user should know about the corpus.
        make: whether the path of a catalogued corpus is made if it is missing.
        suffixes: ends of the names of the files of a folder that are read; None for all texts.

    Raises:
        UserError: there is no such corpus, or it cannot be read.
    """
    corpus = resolve(
        spec, progress=progress, notice=notice, make=make, suffixes=suffixes, decoding=decoding
    )
    return encoded.encode(corpus, decoding=decoding, notice=notice)


def encode_string(text: str, name: str = "text") -> EncodedText:
    """Return a text of Python's as ids, as those of a file that holds it.

    Args:
        text: the text.
        name: its name, as shown to people.

    Raises:
        UserError: it is empty, or holds a lone surrogate, which is half of a character.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"the text holds half of a character (a lone surrogate) at position {error.start:,}"
        ) from error
    return encoded.encode(_spool(io.BytesIO(data), name))


def _resolve_path(path: Path, mode: int) -> Corpus:
    name = os.fsencode(path.stem or path.resolve().name).decode("utf-8", "replace")
    if stat.S_ISREG(mode):
        return Corpus(name, (path,))
    if stat.S_ISFIFO(mode):
        try:
            with path.open("rb") as pipe:
                return _spool(pipe, name)
        except OSError as error:
            raise os_error(error, path) from error
    raise UserError(f"{path} is neither a file nor a folder; name one, or - for standard input")


def _resolve_catalogued(
    spec: str, path: Path, progress: Progress | None, notice: Notice, make: bool
) -> Corpus:
    if spec in catalog.CATALOG:
        file = fetch(spec, progress=progress, notice=notice)
        return Corpus(spec, (file,), encoding="utf-8")
    for entry in catalog.CATALOG.values():
        belongs = Path(entry.path)
        if path.parts[-2:] == belongs.parts or path.parts == belongs.parts[-1:]:
            if make:
                file = place(entry.name, path, progress=progress, notice=notice)
            else:
                file = fetch(entry.name, progress=progress, notice=notice)
            return Corpus(entry.name, (file,), encoding="utf-8")
    try:
        siblings = sorted(p.name for p in path.parent.iterdir()) if spec else []
    except OSError:
        siblings = []
    raise UserError(
        f"there is no file, folder or corpus called {spec!r}"
        f"{catalog.suggest(path.name, *siblings)}; or name a file, a folder, or - for "
        "standard input"
    )


def _spool(stream: BinaryIO | None, name: str) -> Corpus:
    """Copy the rest of `stream` to a temporary file, because a corpus is read more than once."""
    if stream is None:
        raise UserError("there is no standard input to read; name a file or a folder")
    try:
        file, temporary = open_spool()
    except OSError as error:
        raise os_error(error, tempfile.gettempdir(), "write a temporary file to") from error
    corpus = Corpus(name, (temporary,))
    weakref.finalize(corpus, _discard, file, temporary)
    try:
        while data := stream.read(_SPOOL_BYTES):
            file.write(data)
        file.flush()
    except OSError as error:
        raise os_error(error, f"{name} into {temporary}", "copy") from error
    return corpus


def _discard(file: BinaryIO, temporary: Path) -> None:
    with suppress(OSError):  # what could not be written before (the disk is full) still cannot
        file.close()
    temporary.unlink(missing_ok=True)
