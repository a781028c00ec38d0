"""The app in a terminal that tests hold the other end of."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ENTERED = b"\x1b[?1049h"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l")
"""Codes that leave the alternate screen, show the cursor and give the mouse back."""


def read_terminal(terminal: int, seconds: float, enough: Callable[[bytes], bool]) -> bytes:
    """Read from a terminal until `enough` holds, or for that many seconds."""
    seen, end = b"", time.perf_counter() + seconds
    while not enough(seen) and time.perf_counter() < end:
        if select.select([terminal], [], [], 0.01)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # nobody writes there any more
                break
    return seen


class Terminal:
    """The app, opened at a pane, in a terminal of its own."""

    def __init__(self, pane: str, *, code: str = "", controlling: bool = True) -> None:
        """Open the app.

        Args:
            pane: the tab that is shown first.
            code: Python that the process runs before the app.
            controlling: whether the system tells the app by a signal that the terminal has gone.
        """
        self.state = Path("state").absolute()
        self.state.mkdir(exist_ok=True)
        (self.state / "tui.json").write_text(json.dumps({"pane": pane}))
        self.ours, self.theirs = pty.openpty()
        self.before = termios.tcgetattr(self.theirs)
        environment = {**os.environ, "CHARLM_STATE": str(self.state), "TERM": "xterm-256color"}
        program = f"{code}\nfrom runpy import run_module\nrun_module('tui', run_name='__main__')"

        def take_terminal() -> None:
            os.setsid()
            # A shell that starts the tests in the background has them ignore Ctrl-C.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if controlling:
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            env=environment,
            preexec_fn=take_terminal,
        )

    def read(self, seconds: float, enough: Callable[[bytes], bool] = lambda seen: False) -> bytes:
        """Read what the app draws, until `enough` holds, or for that many seconds."""
        return read_terminal(self.ours, seconds, enough)

    def wait_for(self, wanted: bytes, seconds: float = 30) -> None:
        """Wait until the app draws something."""
        assert wanted in self.read(seconds, lambda seen: wanted in seen)

    def press(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def wait_for_end(self, seconds: float = 30) -> bytes:
        """Read until the app has ended; return what it wrote."""
        seen = self.read(seconds, lambda _: self.process.poll() is not None)
        return seen + self.read(0.1)

    def hang_up(self) -> None:
        """Take the terminal away from the app."""
        os.close(self.theirs)
        os.close(self.ours)
        self.ours = self.theirs = -1

    def read_state(self) -> dict[str, Any]:
        """Return what the app remembers."""
        found = json.loads((self.state / "tui.json").read_text())
        assert isinstance(found, dict)
        return found

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for handle in (self.ours, self.theirs):
            if handle >= 0:
                os.close(handle)
