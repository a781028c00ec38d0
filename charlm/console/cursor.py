"""The cursor of the terminal, which displays hide: Ctrl-Z shows it while the program is stopped."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from types import FrameType

SHOW, HIDE = b"\x1b[?25h", b"\x1b[?25l"


class Cursor:
    """The cursor of the terminal of this process.

    Rich hides it while a display moves, and shows it again at the end, also after an exception.
    Ctrl-Z is no exception: the shell would get a terminal without a cursor.
    """

    def __init__(self) -> None:
        self.terminal: int | None = None
        """File descriptor of the terminal whose cursor is hidden; None while it is shown."""

    def watch(self) -> None:
        """Handle Ctrl-Z from now on. Only the main thread can; elsewhere, nothing changes."""
        if _may_handle() and signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL:
            signal.signal(signal.SIGTSTP, self._stop)

    def release(self) -> None:
        """Leave Ctrl-Z to the system again."""
        if _may_handle() and signal.getsignal(signal.SIGTSTP) == self._stop:
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)

    def record(self, terminal: int | None) -> None:
        """Record that the cursor of `terminal` is hidden; None: that it is shown again."""
        self.terminal = terminal
        if terminal is None:
            self.release()
        else:
            self.watch()

    def show(self) -> None:
        """Show the cursor, if it is hidden: an exception may come before a display can be left."""
        self._write(SHOW)
        self.record(None)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._write(SHOW)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTSTP)  # the program stands still here, up to SIGCONT
        signal.signal(signal.SIGTSTP, self._stop)
        self._write(HIDE)

    def _write(self, control: bytes) -> None:
        # Not through the stream: the signal may come while it writes.
        if self.terminal is not None:
            with suppress(OSError):  # the terminal is gone
                os.write(self.terminal, control)


def _may_handle() -> bool:
    first = threading.current_thread() is threading.main_thread()
    return first and hasattr(signal, "SIGTSTP")


CURSOR = Cursor()
"""The one cursor: a process has one terminal."""
