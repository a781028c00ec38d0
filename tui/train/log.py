"""The logs of run folders, as they grow. No screen here."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from charlm.console.program import printable
from charlm.runs.files import METRICS

FRESH = 20.0
"""Seconds since a log grew, up to which its training is taken to be under way."""
FIGURES = ("epoch", "train_loss", "units_per_second", "gradient_norm", "remaining")
"""Of an event of the kind step."""


@dataclass
class Log:
    """What a run has logged by now; `read` takes in what is new."""

    folder: Path
    train: list[tuple[float, float]] = field(default_factory=list)
    """Passes and training loss, in nats."""
    validation: list[tuple[float, float]] = field(default_factory=list)
    norms: list[tuple[float, float]] = field(default_factory=list)
    """Of the gradient."""
    step: Mapping[str, Any] = field(default_factory=dict)
    """The newest event of that kind, and so on."""
    start: Mapping[str, Any] = field(default_factory=dict)
    end: Mapping[str, Any] = field(default_factory=dict)
    sample: str = ""
    _offset: int = 0
    _rest: bytes = b""

    def read(self) -> bool:
        """Read what the log has grown by; return whether that was anything."""
        path = self.folder / METRICS
        try:
            size = path.stat().st_size
            if size < self._offset:  # resumed from an earlier step: it was written anew
                self.__init__(self.folder)  # type: ignore[misc]
            with path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:  # not there yet
            return False
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line)
        return bool(lines)

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(event, dict):
            return
        match event.get("event"):
            case "started":
                self.start, self.end = event, {}
            case "step" if all(_is_number(event.get(name)) for name in FIGURES):
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
    def _put(points: list[tuple[float, float]], event: Mapping[str, Any], name: str) -> None:
        epoch, value = event.get("epoch"), event.get(name)
        if _is_number(epoch) and _is_number(value):
            while points and points[-1][0] >= epoch:  # taken up from an earlier step
                points.pop()
            points.append((float(epoch), float(value)))

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
        if _is_number(parameters := start.get("parameters")):
            lines[0] += f", {parameters:,} parameters, {start.get('precision')}"
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


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)
