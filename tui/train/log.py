"""The logs of run folders, as they grow. No screen here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charlm.console.program import printable
from charlm.runs.files import METRICS
from charlm.training.log import LogReader, to_number
from corpora.errors import UserError

FRESH = 20.0
"""Seconds since a log grew, up to which its training is taken to be under way."""
FIGURES = ("epoch", "train_loss", "units_per_second", "gradient_norm", "remaining")
"""Of an event of the kind step."""


Points = list[tuple[float, float]]


@dataclass
class RunLog:
    """What a run has logged by now, as the pane shows it; `read` takes in what is new."""

    folder: Path
    train: Points = field(default_factory=list)
    """Passes and training loss, in nats."""
    validation: Points = field(default_factory=list)
    """Passes and validation loss, in nats."""
    norms: Points = field(default_factory=list)
    """Passes and norm of the gradient."""
    step: Mapping[str, Any] = field(default_factory=dict)
    """The newest event of the kind `step`."""
    start: Mapping[str, Any] = field(default_factory=dict)
    """The newest event of the kind `started`."""
    end: Mapping[str, Any] = field(default_factory=dict)
    """The event `finished`, once it is there."""
    sample: str = ""
    """The newest text that the model wrote."""

    def __post_init__(self) -> None:
        self._reader = LogReader(self.folder)

    def read(self) -> bool:
        """Read the lines that the log has grown by; return whether there were any."""
        rewrites, events = self._reader.rewrites, 0
        try:
            for event in self._reader.read():
                if self._reader.rewrites > rewrites:  # resumed from an earlier step
                    rewrites = self._reader.rewrites
                    self._forget()
                self._take(event)
                events += 1
        except UserError:  # it is not there yet, or cannot be read
            return False
        return events > 0

    def _forget(self) -> None:
        for points in (self.train, self.validation, self.norms):
            points.clear()
        self.step, self.start, self.end, self.sample = {}, {}, {}, ""

    def _take(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "started":
                self.start, self.end = event, {}
            case "step" if all(to_number(event.get(name)) is not None for name in FIGURES):
                self.step = event
                self._put(self.train, event, "train_loss")
                self._put(self.norms, event, "gradient_norm")
            case "evaluated":
                self._put(self.validation, event, "loss")
            case "sampled":
                self.sample = str(event.get("text", ""))
            case "finished":
                self.end = event

    @staticmethod
    def _put(points: Points, event: Mapping[str, Any], name: str) -> None:
        epoch, value = to_number(event.get("epoch")), to_number(event.get(name))
        if epoch is not None and value is not None:
            while points and points[-1][0] >= epoch:  # taken up from an earlier step
                points.pop()
            points.append((epoch, value))

    @property
    def best(self) -> float | None:
        """Lowest validation loss, in nats."""
        return min((loss for _, loss in self.validation), default=None)

    @property
    def state(self) -> str:
        """What has become of the training, in a word or two."""
        if reason := self.end.get("reason"):
            return str(reason)
        try:
            age = time.time() - (self.folder / METRICS).stat().st_mtime
        except OSError:
            return "no log"
        return "training" if age < FRESH else "stopped"

    def figures(self) -> str:
        """Return how things stand, in two or three lines."""
        from charlm.console.lines import clock

        step, start = self.step, self.start
        lines = [f"{self.folder}: {self.state}"]
        if (parameters := to_number(start.get("parameters"))) is not None:
            lines[0] += f", {parameters:,.0f} parameters, {start.get('precision')}"
        if step:
            unit = start.get("unit", "characters")
            lines.append(
                f"pass {step['epoch']:.2f}, train {step['train_loss']:.4f} nats, "
                f"{step['units_per_second']:,.0f} {unit}/s, norm {step['gradient_norm']:.2f}, "
                f"{clock(step['remaining'])} left"
            )
        if self.best is not None:
            lines.append(f"best validation {self.best:.4f} nats")
        return printable("\n".join(lines))
