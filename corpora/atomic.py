"""Atomic writing: a file is either complete or not there at all, whatever ends the program."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from corpora.errors import os_error

try:
    import fcntl
except ImportError:  # on Windows, where files that are open cannot be removed anyway
    fcntl = None  # type: ignore[assignment]

_TEMPORARY = re.compile(r"\.(?P<name>.{1,100})\.[0-9a-f]{16}\.tmp", re.DOTALL)
_LEFT_SECONDS = 60.0
"""Age from which a temporary file that no process holds is taken to be left behind."""
_WINDOWS = os.name == "nt"
_READ_SECONDS = 2.0
"""How long another program may read a file that is to be replaced, on Windows."""
_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF, errno.EISDIR}
"""What systems answer that cannot flush a folder to the disk."""


def write_atomic(
    path: Path,
    data: bytes | Iterable[bytes],
    *,
    keep: Path | None = None,
    advice: str | None = None,
) -> None:
    """Write `data` to `path` so that the file always holds all of the old or all of the new data.

    The bytes go to a temporary file in the same folder, are flushed to the disk and get their name
    in one step (`Path.replace`); then the folder is flushed as well. So after this function has
    returned, not even a power cut takes the new data away, on systems that can flush folders. The
    folder is made if it is missing. After any failure, Ctrl-C included, the temporary file is
    removed and `path` is unchanged. What a killed process left in the folder is removed.

    Args:
        path: the file to write.
        data: the content, as a whole or in pieces. What the iterable raises passes through, so a
            generator can verify the pieces that it yields and raise an error after the last one.
        keep: name in the same folder under which the old file is kept; by default it is not.
        advice: what the error message advises, instead of the usual advice.

    Raises:
        UserError: the operating system refuses.
    """
    # tempfile.mkstemp ignores the umask: only the user could read its files, but people share
    # corpora and checkpoints.
    temporary = path.with_name(f".{_shorten(path.name)}.{secrets.token_hex(8)}.tmp")
    chunks = (data,) if isinstance(data, bytes) else data
    try:
        make_folder(path.parent)
        remove_left_behind(path.parent, [path.name])
        try:
            with temporary.open("xb") as file:
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX)  # says that a living process writes it
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if keep is not None:
                _keep(path, keep)
            _replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise os_error(error, path, "write", advice) from error


def _replace(temporary: Path, path: Path) -> None:
    """Give a file the name `path`. Windows refuses that while somebody reads the old file: wait.

    Raises:
        OSError: the system refuses.
    """
    until = time.monotonic() + _READ_SECONDS
    while True:
        try:
            temporary.replace(path)
        except PermissionError:
            if not _WINDOWS or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _keep(path: Path, name: Path) -> None:
    """Give the file `path`, if there is one, a second name, in place of what had that name.

    On a file system without hard links, the second name gets a copy.

    Raises:
        OSError: the system refuses.
    """
    temporary = name.with_name(f".{_shorten(name.name)}.{secrets.token_hex(8)}.tmp")
    try:
        try:
            os.link(path, temporary, follow_symlinks=False)
        except FileNotFoundError:
            return
        except (OSError, NotImplementedError):
            shutil.copyfile(path, temporary, follow_symlinks=False)
        _replace(temporary, name)
    finally:
        temporary.unlink(missing_ok=True)


def _shorten(name: str) -> str:
    """Return the beginning of a file name, short enough to be part of a temporary one."""
    return os.fsencode(name)[:100].decode("utf-8", "ignore") or "_"


def make_folder(path: Path) -> None:
    """Make a folder, and its parents, unless they are there; flush the names of new ones to disk.

    Raises:
        OSError: the system refuses.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)


def sync_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, where the system can.

    Raises:
        OSError: the disk fails.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def remove_left_behind(folder: Path, names: Collection[str]) -> None:
    """Remove temporary files that killed processes left for the files `names` in `folder`.

    Only files whose names are exactly those of `write_atomic` are removed, and only if no living
    process writes them.
    """
    if fcntl is None:
        return
    wanted = {_shorten(name) for name in names}
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            match = _TEMPORARY.fullmatch(entry.name)
            if match is not None and match["name"] in wanted:
                _remove_unless_held(Path(entry.path))


def _remove_unless_held(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        # A writer holds the lock; one that has only just made its file may not hold it yet.
        if time.time() - os.fstat(handle).st_mtime > _LEFT_SECONDS:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except OSError:
        return
    finally:
        os.close(handle)
