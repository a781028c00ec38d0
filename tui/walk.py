"""A walk: what a pane does step by step, by itself, until it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget


class Walk:
    """Steps at a steady pace.

    Args:
        owner: the widget that walks; the walk ends with it.
        pace: seconds from step to step.
        step: does the next step; it calls `stop` where there is none.
    """

    def __init__(self, owner: Widget, pace: float, step: Callable[[], None]) -> None:
        self._owner, self._pace, self._step = owner, pace, step
        self._timer: Timer | None = None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._timer is not None

    def start(self) -> None:
        """Begin: the first step comes after one pace."""
        self.stop()
        self._timer = self._owner.set_interval(self._pace, self._step)

    def stop(self) -> None:
        """Stay where it is."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = None
