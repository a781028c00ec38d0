"""Stop a thread that counts its steps, and report how far it is. This module uses no screen."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.1
"""Seconds between two reports."""


class Stopped(Exception):
    """The work is no longer wanted; a worker that was cancelled reports nothing."""


class Brake:
    """What is called with the number of steps that were done since the last call.

    Args:
        is_cancelled: whether the work is no longer wanted.
        report: takes the number of all steps that were done.
        clock: seconds that go on.
    """

    def __init__(
        self,
        is_cancelled: Callable[[], bool],
        report: Callable[[int], object],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._is_cancelled, self._report, self._clock = is_cancelled, report, clock
        self._reported = clock()
        self.done = 0

    def __call__(self, count: int) -> None:
        """Count steps.

        Raises:
            Stopped: the work is no longer wanted.
        """
        if self._is_cancelled():
            raise Stopped
        self.done += count
        if (now := self._clock()) - self._reported >= EVERY:
            self._reported = now
            self._report(self.done)
