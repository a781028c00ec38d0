"""End the app on a signal, or when its terminal has gone, and put the terminal in order."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from asyncio import AbstractEventLoop
from contextlib import suppress
from typing import Any

from tui.app import CharlmApp

try:
    import termios
except ImportError:  # on Windows
    termios = None  # type: ignore[assignment]

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end the app."""
HANGUP = 1
"""Number of SIGHUP, which not every system has."""
LATE_SECONDS = 3.0
"""Time after a signal in which the app can end by itself; then its process ends at once."""
GONE_SECONDS = 1.0
"""The same where the terminal has gone: then whoever writes to it may wait for ever."""
RETRY_SECONDS = 0.02
"""Time after which an app that still starts is asked again to end."""
RESTORE = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l"  # pasted text unmarked, lines wrap, sizes not reported
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # the mouse
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"  # keys, the usual screen, the cursor, the focus
)
"""Codes that undo what Textual asks of a terminal."""


class Ending:
    """What ends an app from outside; made before the app changes the terminal.

    Args:
        app: app to end.
        loop: event loop that will run it.
    """

    def __init__(self, app: CharlmApp, loop: AbstractEventLoop) -> None:
        self.app, self.loop = app, loop
        self.code: int | None = None
        """Exit code, once the app is to end."""
        self._attributes = _read_attributes()

    def watch_signals(self) -> None:
        """End the app on each of the signals, except those that are ignored, as under nohup."""
        for name in NAMES:
            number = getattr(signal, name, None)
            if number is None or signal.getsignal(number) == signal.SIG_IGN:
                continue
            try:
                self.loop.add_signal_handler(number, self.end, number)
            except (NotImplementedError, RuntimeError):  # on Windows
                signal.signal(number, lambda number, frame: self._end_from_thread(number))

    def watch_terminal(self) -> None:
        """End the app when its terminal has gone, even if no signal says so."""
        if hasattr(select, "poll"):
            threading.Thread(target=self._wait_for_hangup, name="terminal", daemon=True).start()

    def end(self, number: int, seconds: float = LATE_SECONDS) -> None:
        """End the app, because of a signal.

        Args:
            number: number of the signal.
            seconds: time that the app has to end by itself.
        """
        self._begin(number, seconds)
        if not self.app.started:
            self.loop.call_later(RETRY_SECONDS, self.end, number)
            return
        with self.app._context():
            self.app.end(128 + number)

    def _end_from_thread(self, number: int, seconds: float = LATE_SECONDS) -> None:
        self._begin(number, seconds)
        with suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self.end, number)

    def _begin(self, number: int, seconds: float) -> None:
        if self.code is None:
            self.code = 128 + number
            late = threading.Thread(target=self._end_late, args=(seconds,), daemon=True)
            late.start()

    def _wait_for_hangup(self) -> None:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno(), 0)  # type: ignore[union-attr]
        for _, event in poll.poll():
            if event & select.POLLHUP:
                self._end_from_thread(HANGUP, GONE_SECONDS)

    def _end_late(self, seconds: float) -> None:
        """End the process after some time: the event loop does not answer."""
        time.sleep(seconds)
        if not self.app._exit:
            with suppress(Exception), self.app._context():
                self.app.save_state()
        restore_terminal(self._attributes)
        os._exit(self.code or 1)


def _read_attributes() -> list[Any] | None:
    if termios is None or sys.__stdin__ is None:
        return None
    try:
        return termios.tcgetattr(sys.__stdin__.fileno())
    except (termios.error, OSError, ValueError):  # it is no terminal
        return None


def restore_terminal(attributes: list[Any] | None) -> None:
    """Put the terminal in order, without Textual; a terminal that does not answer is left alone.

    Args:
        attributes: settings of the terminal driver; None if there is no terminal.
    """
    if attributes is None or sys.__stdin__ is None or sys.__stderr__ is None:
        return
    # A process in the background would be stopped when it changes the terminal.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    with suppress(OSError, ValueError, termios.error):
        termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, attributes)
        out = sys.__stderr__.fileno()
        if select.select([], [out], [], 0.2)[1]:
            os.write(out, RESTORE)
