"""Programs in a pseudo-terminal, whose other end the tests hold."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from pathlib import Path
from typing import Any

import forked_programs

SHOW, HIDE = b"\x1b[?25h", b"\x1b[?25l"


class Program:
    """Python code that runs in a pseudo-terminal, in a group of its own: a shell could stop it."""

    def __init__(self, code: str, *arguments: str, **streams: Any) -> None:
        self.terminal, theirs = pty.openpty()
        self.process = forked_programs.Program(
            *("-c", code, *arguments),
            env={**os.environ, "TERM": "xterm-256color"},
            leads="group",
            **{"stdout": theirs, "stderr": theirs, "text": False, **streams},
        )
        os.close(theirs)
        self.seen = b""

    def read_until(self, text: bytes | None = None, *, seconds: float = 60) -> bytes:
        """Read up to `text`, or to the end, and return what came since the last call."""
        new, end = b"", time.monotonic() + seconds
        while (text is None or text not in new) and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                try:
                    part = os.read(self.terminal, 1 << 16)
                except OSError:  # Linux's way to say that the other side has closed
                    break
                new += part
        self.seen += new
        assert text is None or text in new, new
        return new

    def stop(self) -> bytes:
        """Stop the program as Ctrl-Z does, and return what it still wrote."""
        os.kill(self.process.pid, signal.SIGTSTP)
        until = time.monotonic() + 60
        while self._state() != "T":
            assert time.monotonic() < until, self._state()
            time.sleep(0.01)
        return self.read_rest()

    def _state(self) -> str:
        """Return how the system calls what the program does: T for one that is stopped."""
        about = Path(f"/proc/{self.process.pid}/stat").read_text()
        return about.rpartition(")")[2].split()[0]

    def read_rest(self) -> bytes:
        """Return what has been written and not read yet."""
        new = b""
        while select.select([self.terminal], [], [], 0.2)[0]:
            new += os.read(self.terminal, 1 << 16)
        self.seen += new
        return new

    def end(self, number: int | None = None) -> int:
        """Send a signal, if one is given, read to the end, and return the exit code."""
        if number is not None:
            os.kill(self.process.pid, number)
        self.read_until()
        os.close(self.terminal)
        return self.process.wait(timeout=60)


def cursor_is_shown(written: bytes) -> bool:
    """Return whether the last control of the cursor shows it."""
    return written.rfind(SHOW) >= written.rfind(HIDE)
