"""The texts that `charlm imdb classify` is given: one, a file, a folder, lines, or typed ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from charlm.console.program import stderr
from charlm.runs.files import exists
from corpora.errors import UserError
from corpora.tables import READERS
from corpora.text.decoding import decode


def read_texts(
    what: str | None, text_column: str | None, encoding: str
) -> tuple[Iterable[str], int | None]:
    """Return the texts to classify and, if it is known, their number."""
    if what is None and sys.stdin is not None and sys.stdin.isatty():
        return _ask(), None
    if what is None or what == "-":
        return _read_lines(encoding), None
    if _is_path(what):
        from corpora.labelled.texts import read

        texts = read(what, text_column=text_column, encoding=encoding, labelled=False).texts
        return texts, len(texts) if len(texts) != 1 else None
    return [what], 1


def _is_path(what: str) -> bool:
    """Return whether `what` is the name of a file or folder, not a text.

    Raises:
        UserError: `what` looks like a name, but there is no such file or folder.
    """
    if not what or len(what) > 4096 or "\n" in what or "\0" in what:
        return False
    try:
        if exists(Path(what)):
            return True
    except UserError:  # a text can be too long for a name
        return False
    one_word = not any(character.isspace() for character in what)
    if one_word and (
        {os.sep, os.altsep} & set(what) or Path(what).suffix.lower() in {".txt", *READERS}
    ):
        raise UserError(f"there is no file or folder {what!r}; if it is a text, pipe it into -")
    return False


def _read_lines(encoding: str) -> Iterator[str]:
    if sys.stdin is None:
        raise UserError("there is no standard input to read; give a text or a file")
    for number, line in enumerate(sys.stdin.buffer, 1):
        yield decode(line, f"standard input, line {number:,},", encoding).removesuffix("\n")


def _ask() -> Iterator[str]:
    """Ask for texts one by one, and yield them until Ctrl-D."""
    console = stderr()
    with suppress(ImportError):  # Windows has no readline
        import readline  # noqa: F401  (so that arrow keys edit the line)
    console.print("Write a review and press Enter; Ctrl-D ends.", style="dim")
    prompt = "> " if sys.stdout.isatty() else ""  # `input` would write the prompt into the results
    while True:
        if not prompt:
            console.print("> ", end="")
        try:
            text = input(prompt)
        except EOFError:
            console.print()
            return
        yield text
