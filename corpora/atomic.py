"""Files that are either wholly there or not there at all."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from corpora.errors import os_error

TEMPORARY = ".*.tmp"
"""Pattern of the temporary files; one that is left behind was cut short by a kill."""


def write_atomic(path: Path, data: bytes | Iterable[bytes], *, advice: str | None = None) -> None:
    """Put `data` at `path`, which at every moment holds either its old content or all of the new.

    The bytes go to a temporary file in the same folder (made if missing), are flushed to the disk
    and take the name in one step (`Path.replace`). On any failure, Ctrl-C included, the temporary
    file is removed and `path` is untouched; an exception that the iterable raises passes through,
    so a generator may verify what it yields and refuse at its end.

    Raises UserError, ending in `advice` where given, if the operating system refuses.
    """
    # Not tempfile.mkstemp: its files are private to the user whatever the umask says, and corpora
    # and checkpoints are shared.
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
