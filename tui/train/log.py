"""Read the logs of run folders while they grow. This module uses no screen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from charlm.console.program import format_name
from charlm.runs.files import METRICS
from charlm.runs.run_folder import LOCK
from charlm.training.log import LogReader, to_number
from corpora.errors import UserError

FRESH = 20.0
"""A training counts as running for this many seconds after its log has grown; after that, only if
it holds its lock."""
LONGEST_WORD = 40
"""Characters that are shown of a word of a log."""
FIGURES = ("epoch", "train_loss", "units_per_second", "gradient_norm", "remaining")
"""Fields of the event `step` that the pane shows."""

Points = list[tuple[float, float]]


@dataclass
class RunLog:
    """The log of a run, as the pane shows it; `read` adds what is new."""

    folder: Path
    train: Points = field(default_factory=list)
    """Points of the curve of the training loss: pass, and loss in nats."""
    validation: Points = field(default_factory=list)
    """Points of the curve of the validation loss: pass, and loss in nats."""
    norms: Points = field(default_factory=list)
    """Points of the curve of the gradient norm: pass, and norm."""
    step: Mapping[str, Any] = field(default_factory=dict)
    """The newest event `step`."""
    start: Mapping[str, Any] = field(default_factory=dict)
    """The newest event `started`."""
    end: Mapping[str, Any] = field(default_factory=dict)
    """The event `finished`, once the training has ended."""
    sample: str = ""
    """The newest text that the model wrote."""

    def __post_init__(self) -> None:
        self._reader = LogReader(self.folder)

    def read(self, most: int | None = None) -> bool:
        """Read the new lines of the log; return whether there were any.

        Args:
            most: greatest number of events to read; the next call reads on. None reads all.
        """
        rewrites, events = self._reader.rewrites, 0
        try:
            for event in islice(self._reader.read(), most):
                if self._reader.rewrites > rewrites:  # resumed from an earlier step
                    rewrites = self._reader.rewrites
                    self._clear()
                self._add_event(event)
                events += 1
        except UserError:  # the log does not exist yet, or cannot be read
            return False
        return events > 0

    def _clear(self) -> None:
        for points in (self.train, self.validation, self.norms):
            points.clear()
        self.step, self.start, self.end, self.sample = {}, {}, {}, ""

    def _add_event(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "started":
                self.start, self.end = event, {}
            case "step" if all(to_number(event.get(name)) is not None for name in FIGURES):
                self.step = event
                self._add_point(self.train, event, "train_loss")
                self._add_point(self.norms, event, "gradient_norm")
            case "evaluated":
                self._add_point(self.validation, event, "loss")
            case "sampled":
                self.sample = str(event.get("text", ""))
            case "finished":
                self.end = event

    @staticmethod
    def _add_point(points: Points, event: Mapping[str, Any], name: str) -> None:
        epoch, value = to_number(event.get("epoch")), to_number(event.get(name))
        if epoch is not None and value is not None:
            while points and points[-1][0] >= epoch:  # resumed from an earlier step
                points.pop()
            points.append((epoch, value))

    @property
    def best(self) -> float | None:
        """The lowest validation loss, in nats, or None before the first evaluation."""
        return min((loss for _, loss in self.validation), default=None)

    @property
    def state(self) -> str:
        """The state of the training, in a word or two."""
        if reason := self.end.get("reason"):
            return _format_word(reason)
        try:
            age = time.time() - (self.folder / METRICS).stat().st_mtime
        except OSError:
            return "no log"
        return "training" if age < FRESH or is_held(self.folder) else "stopped"

    def format_figures(self) -> str:
        """Return the state and the newest figures, in one to three lines."""
        from charlm.console.lines import format_clock

        step, start = self.step, self.start
        lines = [f"{format_name(str(self.folder))}: {self.state}"]
        if (parameters := to_number(start.get("parameters"))) is not None:
            lines[0] += f", {parameters:,.0f} parameters, {_format_word(start.get('precision'))}"
        if step:
            unit = _format_word(start.get("unit", "characters"))
            lines.append(
                f"pass {step['epoch']:.2f}, train {step['train_loss']:.4f} nats, "
                f"{step['units_per_second']:,.0f} {unit}/s, norm {step['gradient_norm']:.2f}, "
                f"{format_clock(step['remaining'])} left"
            )
        if self.best is not None:
            lines.append(f"best validation {self.best:.4f} nats")
        return "\n".join(lines)


def _format_word(value: object) -> str:
    """Return a word of a log, which may hold anything."""
    return format_name(str(value))[:LONGEST_WORD]


def is_held(folder: Path) -> bool:
    """Return whether a process trains in a run folder, such as one that evaluates for minutes.

    The lock is taken for less than a millisecond, so this is asked only of logs that do not grow.
    """
    from filelock import FileLock, Timeout

    lock = folder / LOCK
    try:
        if lock.is_symlink() or not lock.is_file():
            return False
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # it cannot be told: the folder may be on a disk that is read-only
        return False
