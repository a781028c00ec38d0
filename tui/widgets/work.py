"""How far a piece of work is, in a line. This module uses no screen."""

from __future__ import annotations

import time
from collections.abc import Callable

from charlm.console.lines import format_clock

TICK = 0.1
"""Seconds between two pictures of the spinner."""
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SHOW_AFTER = 0.3
"""Seconds after which the spinner is shown: what is quicker needs none."""
BAR_AFTER = 2.0
"""Seconds after which the bar is shown: until then the time left cannot be told."""
BAR = 16
"""Cells of the bar."""


class Work:
    """A piece of work that began when this object was made."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = clock()
        self.what = ""
        self.done: int | None = None
        self.total: int | None = None

    def report(self, what: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is done, how much of it, and out of how much."""
        self.what, self.done, self.total = what, done, total

    def describe(self) -> str:
        """Return a line: nothing at first, then a spinner, then a bar with the time left."""
        seconds = self._clock() - self._began
        if seconds < SHOW_AFTER:
            return ""
        line = f"{SPINNER[int(seconds / TICK) % len(SPINNER)]} {self.what}"
        if not self.total or self.done is None:
            return line
        if seconds < BAR_AFTER:
            return f"{line} {self.done:,} of {self.total:,}"
        share = min(self.done / self.total, 1.0)
        full = round(share * BAR)
        line = f"{line} {'━' * full}{'╌' * (BAR - full)} {share:.0%}"
        if not self.done:
            return line
        return f"{line} · {format_clock(seconds * (1 - share) / share)} left"
