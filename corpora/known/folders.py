"""The files of a folder that are read as one text."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpora.errors import UserError, os_error
from corpora.notice import Notice, silent
from corpora.text.decoding import Decoding, find_decoder, iter_decoded

ONCE = (".txt", ".md", ".text")
"""Suffixes of the files that were read before they could be chosen. Runs of that time name none."""

_RUN_FILES = ("config.json", "vocabulary.json")
"""Files that every run folder holds."""
_HEAD_BYTES = 1 << 16


def is_folder(spec: str) -> bool:
    """Return whether a user's `spec` is the path of a folder."""
    try:
        return Path(os.path.expanduser(spec)).is_dir()  # noqa: PTH111  (as `resolve` does)
    except (OSError, ValueError):
        return False


@dataclass
class _Found:
    """The files of a folder, and how many others were left out."""

    files: list[Path] = field(default_factory=list)
    hidden: int = 0
    """Hidden files, and hidden folders whatever they hold."""
    binary: int = 0
    runs: int = 0
    """Folders of trainings."""

    def left_out(self) -> str:
        """Return what was left out, in words; empty if nothing was."""
        counts = {"hidden": self.hidden, "binary": self.binary, "of trainings": self.runs}
        parts = [f"{count:,} {what}" for what, count in counts.items() if count]
        return f"; left out: {', '.join(parts)}" if parts else ""


def find_texts(
    folder: Path,
    *,
    suffixes: Sequence[str] | None = None,
    decoding: Decoding | str = "utf-8",
    notice: Notice = silent,
) -> tuple[Path, ...]:
    """Return the text files of a folder at any depth, sorted by path.

    Hidden files and folders are left out, and so are folders with charlm's own trainings, which
    would change the text by being trained on it. Links to folders are not followed.

    Args:
        folder: the folder.
        suffixes: ends of the names of the files that are read, in any case, such as `.py`. None for
            all files that hold text: those that decode, and have no character U+0000.
        decoding: how bytes become text.
        notice: takes one line with the number of files, and of those left out.

    Raises:
        UserError: there is no such file, a suffix cannot be one, or something cannot be read.
    """
    how = Decoding.of(decoding)
    find_decoder(how.encoding)  # a wrong name of an encoding must not make every file binary
    wanted = None if suffixes is None else tuple(_check(suffix) for suffix in suffixes)
    found = _Found()
    for path in _walk(folder, found):
        if wanted is None and not _holds_text(path, how):
            found.binary += 1
        elif wanted is None or path.name.lower().endswith(wanted):
            found.files.append(path)
    ends = "" if wanted is None else f" that end{{s}} in {' or '.join(wanted)}"
    if not found.files:
        what = f"no file at any depth{ends.format(s='s')}" if wanted else "no text file"
        raise UserError(
            f"the folder {folder} holds {what}{found.left_out()}; name a file or another folder"
        )
    count = len(found.files)
    notice(
        f"reading {count:,} {'' if wanted else 'text '}file{'s' * (count > 1)} of {folder}"
        f"{ends.format(s='s' * (count == 1))}{found.left_out()}"
    )
    return tuple(sorted(found.files, key=lambda path: path.parts))  # on Windows by case, too


def _check(suffix: str) -> str:
    """Return a suffix as it is compared: in lower case, with its dot."""
    end = f".{suffix.lower().removeprefix('.')}"
    if end == "." or not end.isprintable() or {"/", "\\", "*"} & set(end):
        raise UserError(f"{suffix!r} is no end of a file's name; give one such as .py")
    return end


def _walk(folder: Path, found: _Found) -> Iterator[Path]:
    """Yield the visible files of a folder; count what is left out."""

    def refuse(error: OSError) -> None:
        raise os_error(error, error.filename or folder) from error

    for parent, folders, files in os.walk(folder, onerror=refuse):
        visible = [name for name in folders if not name.startswith(".")]
        runs = [name for name in visible if _belongs_to_trainings(Path(parent, name))]
        found.hidden += len(folders) - len(visible)
        found.runs += len(runs)
        folders[:] = [name for name in visible if name not in runs]
        for name in files:
            if name.startswith("."):
                found.hidden += 1
            elif (path := Path(parent, name)).is_file():
                yield path


def _belongs_to_trainings(folder: Path) -> bool:
    """Return whether a folder is that of a training, or of several, such as runs/."""
    try:
        return any(
            all((one / name).is_file() for name in _RUN_FILES)
            for one in (folder, *folder.iterdir())
        )
    except OSError:  # said with its name when it is walked
        return False


def _holds_text(path: Path, decoding: Decoding) -> bool:
    """Return whether a file decodes, and has no character U+0000.

    Raises:
        UserError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            # Most binary files end here: what else is said of them, an error message, is dear.
            if decoding.encoding.lower() in ("utf-8", "utf8") and b"\0" in head:
                return False
            file.seek(0)
            return _decodes(file, decoding)
    except OSError as error:
        raise os_error(error, path) from error


def _decodes(file: io.BufferedReader, decoding: Decoding) -> bool:
    try:
        for _ in iter_decoded(file, "", decoding):
            pass
    except UserError:
        return False
    return True
