"""The files of a run folder: their names, and how they are opened safely.

A run folder may come from a stranger. So no file in it is opened through a symbolic link, which
could lead out of the folder, and none that is not a regular file: a pipe would wait for ever.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from io import FileIO
from pathlib import Path
from typing import Any, Literal

from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error

CONFIG = "config.json"
VOCABULARY = "vocabulary.json"
MODEL = "model.safetensors"
"""The best model by validation."""
METRICS = "metrics.jsonl"
"""The log: one event a line."""
LAST = "last/checkpoint.safetensors"
"""What a training is resumed from."""
PREVIOUS = "last/previous.safetensors"
"""The save before that one."""

_FLAGS = {
    "read": os.O_RDONLY,
    "append": os.O_WRONLY | os.O_APPEND | os.O_CREAT,
}


def exists(path: Path) -> bool:
    """Return whether `path` exists; raise `UserError` if the system does not tell."""
    try:
        return path.exists()
    except OSError as error:  # the name is too long, or in a folder that is closed to us
        raise os_error(error, path) from error


def locate(folder: Path, name: str) -> Path:
    """Return the path of a file in a run folder.

    Args:
        folder: the run folder, which may itself be reached through a link: the user named it.
        name: relative to `folder`, such as `LAST`.

    Raises:
        UserError: a folder between them is a symbolic link.
    """
    path = folder
    for part in Path(name).parts[:-1]:
        path /= part
        try:
            linked = path.is_symlink()
        except (OSError, ValueError):  # an impossible name: whoever opens it says so
            continue
        if linked:
            raise _link(path)
    return folder / name


def open_regular(
    path: Path, mode: Literal["read", "append"] = "read", *, follow: bool = False
) -> FileIO:
    """Open a regular file, without a buffer.

    Args:
        path: the file.
        mode: append makes the file if it is missing.
        follow: open it through a symbolic link, too. For files that do not come from strangers.

    Raises:
        UserError: it is a symbolic link, or no regular file.
        OSError: the system refuses.
    """
    flags = _FLAGS[mode] | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_BINARY", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    try:
        handle = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK) and path.is_symlink():
            raise _link(path) from error
        if error.errno == errno.ENXIO:  # a pipe that nobody reads
            raise _irregular(path) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _irregular(path)
    return FileIO(handle, "rb" if mode == "read" else "ab")


def check_regular(path: Path, *, follow: bool = False) -> None:
    """Raise `UserError` unless `path` is a regular file, for libraries that open files themselves.

    Errors are those of `open_regular`, `OSError` included.
    """
    open_regular(path, follow=follow).close()


def _link(path: Path) -> UserError:
    return UserError(f"{path} is a symbolic link: a run folder may hold no links; remove it")


def _irregular(path: Path) -> UserError:
    return UserError(f"{path} is not a regular file; name another, or remove it")


def parse_json(text: object, path: Path) -> Any:
    """Parse JSON; raise `UserError` that names `path`, for what is no text, too."""
    if not isinstance(text, str | bytes):
        raise UserError(f"{path} is damaged: it holds {type(text).__name__} in the place of JSON")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is damaged: it is not JSON ({error})") from error


def read_json(path: Path, *, follow: bool = False) -> Any:
    """Read a JSON file of a run folder; see `open_regular`.

    Raises:
        UserError: it is missing, damaged, a link, or no regular file.
    """
    try:
        with open_regular(path, follow=follow) as file:
            return parse_json(file.read(), path)
    except OSError as error:
        raise os_error(error, path) from error


def write_json(path: Path, data: object) -> None:
    """Write a JSON file atomically, readably."""
    write_atomic(path, (json.dumps(data, indent=2) + "\n").encode())
