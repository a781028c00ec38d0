"""Read the logs of run folders while they grow. This module uses no screen."""

from __future__ import annotations

import time
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import nan
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
"""Fields of the event `step` without which it is not shown."""
COLUMNS = (*FIGURES[:4], "step", "elapsed", "learning_rate", "clipped")
"""Fields of the event `step` that are kept of all steps."""
MOST_SAMPLES = 1000
"""Greatest number of samples that are kept; of more, the first ones go."""
LONGEST_SAMPLE = 4000
"""Characters that are kept of a sample."""

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation has found."""

    epoch: float
    """Passes made by then."""
    loss: float
    """Validation loss, in nats."""
    step: float = nan
    train_loss: float = nan
    """Mean training loss since the evaluation before, in nats."""
    accuracy: float | None = None
    """Share that was right, for tasks that have one."""
    averaged: bool = False
    """Whether the average of the weights was the better model."""


@dataclass(frozen=True)
class Sample:
    """What the model wrote at a step."""

    epoch: float
    text: str


def _make_columns() -> dict[str, array[float]]:
    return {name: array("d") for name in COLUMNS}


@dataclass
class RunLog:
    """The log of a run, as the pane shows it; `read` adds what is new."""

    folder: Path
    columns: dict[str, array[float]] = field(default_factory=_make_columns)
    """The figures of all steps, by name; NaN where one is missing."""
    evaluations: list[Evaluation] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    step: Mapping[str, Any] = field(default_factory=dict)
    """The newest event `step`."""
    start: Mapping[str, Any] = field(default_factory=dict)
    """The newest event `started`."""
    end: Mapping[str, Any] = field(default_factory=dict)
    """The event `finished`, once the training has ended."""
    version: int = 0
    """Goes up with every change: what was drawn of another version is out of date."""

    def __post_init__(self) -> None:
        self._reader = LogReader(self.folder)
        self._best: tuple[int, Evaluation | None] = (-1, None)

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
        self.version += events
        return events > 0

    def _clear(self) -> None:
        self.columns = _make_columns()
        self.evaluations.clear()
        self.samples.clear()
        self.step, self.start, self.end = {}, {}, {}

    def _add_event(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "started":
                self.start, self.end = event, {}
            case "step" if all(to_number(event.get(name)) is not None for name in FIGURES):
                self.step, self.end = event, {}
                self._add_step(event)
            case "evaluated":
                self._add_evaluation(event)
            case "sampled":
                epoch = self.evaluations[-1].epoch if self.evaluations else nan
                self.samples.append(Sample(epoch, str(event.get("text", ""))[:LONGEST_SAMPLE]))
                del self.samples[:-MOST_SAMPLES]
            case "finished":
                self.end = event

    def _add_step(self, event: Mapping[str, Any]) -> None:
        epochs = self.columns["epoch"]
        while epochs and epochs[-1] >= event["epoch"]:  # resumed from an earlier step
            for column in self.columns.values():
                column.pop()
        for name, column in self.columns.items():
            number = to_number(event.get(name))
            column.append(nan if number is None else number)

    def _add_evaluation(self, event: Mapping[str, Any]) -> None:
        epoch, loss = to_number(event.get("epoch")), to_number(event.get("loss"))
        if epoch is None or loss is None:
            return
        while self.evaluations and self.evaluations[-1].epoch >= epoch:
            self.evaluations.pop()
        step, train_loss = to_number(event.get("step")), to_number(event.get("train_loss"))
        metrics = event.get("metrics")
        shares = metrics if isinstance(metrics, Mapping) else {}
        accuracy = shares.get("accuracy", shares.get("true"))  # of captions of scenes
        self.evaluations.append(
            Evaluation(
                epoch,
                loss,
                nan if step is None else step,
                nan if train_loss is None else train_loss,
                to_number(accuracy, largest=1.0),
                event.get("averaged") is True,
            )
        )

    def _pair(self, name: str) -> Points:
        return [*zip(self.columns["epoch"], self.columns[name], strict=True)]

    @property
    def train(self) -> Points:
        """Points of the curve of the training loss: pass, and loss in nats."""
        return self._pair("train_loss")

    @property
    def norms(self) -> Points:
        """Points of the curve of the gradient norm: pass, and norm."""
        return self._pair("gradient_norm")

    @property
    def validation(self) -> Points:
        """Points of the curve of the validation loss: pass, and loss in nats."""
        return [(one.epoch, one.loss) for one in self.evaluations]

    @property
    def sample(self) -> str:
        """The newest text that the model wrote."""
        return self.samples[-1].text if self.samples else ""

    @property
    def best_evaluation(self) -> Evaluation | None:
        """The evaluation with the lowest loss; None before the first one."""
        if self._best[0] != self.version:  # it is asked for at every drawing
            best = min(self.evaluations, key=lambda one: one.loss, default=None)
            self._best = (self.version, best)
        return self._best[1]

    @property
    def best(self) -> float | None:
        """The lowest validation loss, in nats, or None before the first evaluation."""
        return None if self.best_evaluation is None else self.best_evaluation.loss

    @property
    def elapsed(self) -> float | None:
        """Seconds of training by now, over all sessions."""
        found = to_number(self.end.get("elapsed"))
        return to_number(self.step.get("elapsed")) if found is None else found

    @property
    def unit(self) -> str:
        """What the speed counts."""
        return _format_word(self.start.get("unit", "characters"))

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
