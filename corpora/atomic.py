"""Atomic writing: a file is either complete or not there at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from corpora.errors import os_error

TEMPORARY = ".*.tmp"
"""Pattern of the names of temporary files. A process that is killed can leave one behind."""


def write_atomic(path: Path, data: bytes | Iterable[bytes], *, advice: str | None = None) -> None:
    """Write `data` to `path` so that the file always holds all of the old or all of the new data.

    The bytes go to a temporary file in the same folder, are flushed to the disk and get their name
    in one step (`Path.replace`). The folder is made if it is missing. After any failure, Ctrl-C
    included, the temporary file is removed and `path` is unchanged.

    Args:
        path: the file to write.
        data: the content, as a whole or in pieces. What the iterable raises passes through, so a
            generator can verify the pieces that it yields and raise an error after the last one.
        advice: what the error message advises, instead of the usual advice.

    Raises:
        UserError: the operating system refuses.
    """
    # tempfile.mkstemp ignores the umask: only the user could read its files, but people share
    # corpora and checkpoints.
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.tmp")
    chunks = (data,) if isinstance(data, bytes) else data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise os_error(error, path, "write", advice) from error
