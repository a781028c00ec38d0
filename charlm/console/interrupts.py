"""Ctrl-C and its like: the first signal waits for a save, a later one ends the program."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any, Self

PATIENCE_SECONDS = 1.0
"""Seconds after the first signal from which on another one ends the program at once."""


NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))
"""Ctrl-C, the system's wish to end, a connection or terminal that is gone, and Ctrl-Break, which is
how one program can interrupt another on Windows."""


class Interrupts:
    """A context in which a first of `SIGNALS` is only recorded; a later one ends the program.

    A SIGHUP that is ignored, as under nohup, stays ignored.

    A call returns whether a signal has come: a `Trainer` makes one before every step. Python hands
    signals to the main thread alone: in another one the context changes nothing.

    Args:
        signals: those that are recorded.
    """

    def __init__(self, signals: Sequence[int] = SIGNALS) -> None:
        self.signals = signals
        self.signal: int | None = None
        self.first = math.inf  # when it came
        self.before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Return whether a signal has come."""
        return self.signal is not None

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in self.signals:
            ignored = signal.getsignal(number) == signal.SIG_IGN
            if ignored and number not in (signal.SIGINT, signal.SIGTERM):
                continue
            self.before[number] = signal.signal(number, self._record)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def ask(self) -> None:
        """Ask for the end, as a first SIGINT does."""
        self._record(signal.SIGINT, None)

    def _record(self, number: int, frame: FrameType | None) -> None:
        # With torchrun, one Ctrl-C is two signals: from the terminal, and passed on by torchrun.
        if time.perf_counter() - self.first > PATIENCE_SECONDS:
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        self.first = min(self.first, time.perf_counter())
        self.signal = self.signal or number
