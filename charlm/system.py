"""What differs between systems: how words are quoted, a process is interrupted, a pipe breaks."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import subprocess
from collections.abc import Iterable

from corpora.errors import UserError

WINDOWS = os.name == "nt"


def join_words(words: Iterable[str]) -> str:
    """Return a command line for the shell of this system: cmd.exe knows no single quotes."""
    return subprocess.list2cmdline(list(words)) if WINDOWS else shlex.join(words)


def interrupt(process: int) -> None:
    """Send a process what Ctrl-C sends it.

    Raises:
        UserError: this system cannot: on Windows the process would end at once, and not save.
        OSError: there is no such process, or it belongs to somebody else.
    """
    if WINDOWS:
        raise UserError("on Windows, a training is stopped with Ctrl-C in its own window")
    os.kill(process, signal.SIGINT)


def is_broken_pipe(error: OSError) -> bool:
    """Return whether whoever read standard output has gone; Windows calls that a wrong argument."""
    return isinstance(error, BrokenPipeError) or (
        WINDOWS and error.errno == errno.EINVAL and error.filename is None
    )
