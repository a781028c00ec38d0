"""Temporary files and folders, locked as long as their process lives, and what killed ones left."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corpora.atomic import remove_left_behind

try:
    import fcntl
except ImportError:  # on Windows, where files that are open cannot be removed anyway
    fcntl = None  # type: ignore[assignment]

_SPOOL = "charlm-stdin"
_DOWNLOAD = re.compile(r"\.download-[a-z0-9_]{8}")
_ENDING = len(".0123456789abcdef.tmp")
_LEFT_SECONDS = 60.0
"""Age from which a folder that no process holds is taken to be left behind."""


@dataclass(frozen=True)
class Freed:
    """What a removal has freed."""

    count: int = 0
    """Number of files, or of what else the removal counts."""
    bytes: int = 0
    """Size of all of them."""

    def __add__(self, other: Freed) -> Freed:
        return Freed(self.count + other.count, self.bytes + other.bytes)


def open_spool() -> tuple[BinaryIO, Path]:
    """Return a new temporary file of the system's temporary folder, open for writing, and its path.

    Keep the file open as long as its content is read: only then do other processes know that it is
    in use. What killed processes left is removed.

    Raises:
        OSError: the system refuses.
    """
    remove_left_spools()
    # The name is one of `write_atomic`, so that `remove_left_behind` knows it.
    path = Path(tempfile.gettempdir()) / f".{_SPOOL}.{secrets.token_hex(8)}.tmp"
    file = open(path, "xb", opener=_open_private)  # noqa: SIM115  (kept open)
    _lock(file.fileno())
    return file, path


def shown_name(path: Path) -> str:
    """Return what people know a file as: its path, or that it came through a pipe."""
    spooled = path.parent == Path(tempfile.gettempdir()) and path.name.startswith(f".{_SPOOL}.")
    return "the text from the pipe" if spooled else str(path)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def remove_left_spools() -> Freed:
    """Remove the files of `open_spool` that killed processes left."""
    return _remove_left(Path(tempfile.gettempdir()), f".{_SPOOL}.*.tmp")


def remove_left_files(folder: Path) -> Freed:
    """Remove the temporary files that `write_atomic` left in `folder` when it was killed."""
    return _remove_left(folder, ".*.tmp")


def _remove_left(folder: Path, pattern: str) -> Freed:
    sizes: dict[Path, int] = {}
    with suppress(OSError):
        for path in folder.glob(pattern):
            with suppress(OSError):
                sizes[path] = path.lstat().st_size
    remove_left_behind(folder, {path.name[1:-_ENDING] for path in sizes})
    gone = [size for path, size in sizes.items() if not os.path.lexists(path)]
    return Freed(len(gone), sum(gone))


@contextmanager
def open_download_folder(parent: Path) -> Iterator[Path]:
    """Make a temporary folder in `parent`, and remove it at the end.

    What killed processes left in `parent` is removed.

    Raises:
        OSError: the system refuses.
    """
    remove_left_downloads(parent)
    with tempfile.TemporaryDirectory(prefix=".download-", dir=parent) as name:
        if fcntl is None:
            yield Path(name)
            return
        handle = os.open(name, os.O_RDONLY)
        try:
            _lock(handle)
            yield Path(name)
        finally:
            os.close(handle)


def remove_left_downloads(parent: Path) -> Freed:
    """Remove the folders of `open_download_folder` that killed processes left in `parent`."""
    freed = Freed()
    if fcntl is None:
        return freed
    with suppress(OSError):
        for entry in list(os.scandir(parent)):
            if _DOWNLOAD.fullmatch(entry.name):
                freed += _remove_unless_held(Path(entry.path))
    return freed


def _remove_unless_held(folder: Path) -> Freed:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError:
        return Freed()
    try:
        # A process that has only just made its folder may not hold the lock yet.
        if time.time() - os.fstat(handle).st_mtime <= _LEFT_SECONDS:
            return Freed()
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        sizes = [path.lstat().st_size for path in folder.rglob("*") if path.is_file()]
        shutil.rmtree(folder)
        return Freed(1, sum(sizes))
    except OSError:
        return Freed()
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Lock an open file or folder, where the file system can."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
