"""Ctrl-C and its like: a first signal is noted and waits for a save, a later one is obeyed."""

from __future__ import annotations

import math
import signal
import time
from types import FrameType
from typing import Any, Self

PATIENCE_SECONDS = 1.0
"""Time after a first Ctrl-C from which on a second one no longer waits for the save."""


class Interrupts:
    """Notes SIGINT and SIGTERM, while entered, instead of dying of them; a later one is obeyed.

    Calling it tells whether one has come: it is what a `Trainer` asks before every step.
    """

    def __init__(self) -> None:
        self.asked: int | None = None
        self.first = math.inf
        self.before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Return whether a signal has come."""
        return self.asked is not None

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self.before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        # torchrun hands on the Ctrl-C that the terminal has sent to all: one wish, two signals.
        if time.perf_counter() - self.first > PATIENCE_SECONDS:
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        self.first = min(self.first, time.perf_counter())
        self.asked = self.asked or number
