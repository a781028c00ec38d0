"""The progress of a training in a notebook: one line, changed in place."""

from __future__ import annotations

import time
from html import escape
from typing import Any

from charlm.console.lines import describe_end, format_clock, format_nats, format_validation
from charlm.training.events import Evaluated, Event, Finished, Started, Step

PAUSE_SECONDS = 0.25
"""Seconds between two changes of the line: a notebook keeps every message."""


class NotebookLine:
    """A line under the cell, with a bar; the last one says how the training ended."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.started: Started | None = None
        self.evaluated: Evaluated | None = None
        self.shown = 0.0

    def __call__(self, event: Event) -> None:
        """Show `event`, if it changes the line."""
        match event:
            case Started():
                self.started = event
                self._show(f"training {event.run}: {event.parameters:,} parameters", 0.0)
            case Evaluated():
                self.evaluated = event
            case Step() if time.monotonic() - self.shown >= PAUSE_SECONDS:
                whole = max(1e-9, event.elapsed + event.remaining)
                self._show(self._describe(event), event.elapsed / whole)
            case Finished():
                self._show(describe_end(event), None)
            case _:
                return

    def _describe(self, step: Step) -> str:
        total = f"/{self.started.total_steps:,}" if self.started else ""
        unit = f"{step.units_per_second:,.0f} {self.started.unit}/s, " if self.started else ""
        seen = f", validation {format_validation(self.evaluated)}" if self.evaluated else ""
        return (
            f"step {step.step:,}{total}: train {format_nats(step.train_loss)}{seen}; "
            f"{unit}{format_clock(step.remaining)} left"
        )

    def _show(self, line: str, share: float | None) -> None:
        """Show a line, and before it a bar of what is done; None for no bar."""
        from IPython import display

        show: Any = display.display  # it has no types
        bar = "" if share is None else f'<progress max="1" value="{share:.3f}"></progress> '
        data = {"text/plain": line, "text/html": f"{bar}<code>{escape(line)}</code>"}
        if self.handle is None:
            self.handle = show(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)
        self.shown = time.monotonic()
