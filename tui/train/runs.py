"""The runs on disk: their logs, settings and notes. This module uses no screen."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charlm.console.program import format_name
from charlm.runs.files import CONFIG, METRICS, exists, open_regular, read_json
from charlm.runs.registry import (
    CAPTIONER,
    CHARACTERS,
    CLASSIFIER,
    FORECASTER,
    TRANSLATOR,
    WORD_MODEL,
)
from charlm.training.log import to_number
from corpora.errors import UserError
from tui.train.figures import format_best, format_took
from tui.train.log import RunLog

READ_AT_ONCE = 100
"""Events of a log that are read before the clock is looked at."""
NOTE = "note.txt"
NOTED = " ✎"
"""Mark behind the name of a run that has a note."""
LONGEST_NOTE = 500
"""Characters of a note that are read: the file may be a stranger's."""

TASKS = {
    CHARACTERS: "text",
    CLASSIFIER: "reviews",
    WORD_MODEL: "words",
    TRANSLATOR: "commands",
    FORECASTER: "series",
    CAPTIONER: "pictures",
}
"""What the table calls the kinds of models."""

SORTS = ("newest", "best", "name", "state")
"""Orders of the table, in the order in which a key goes through them."""


@dataclass
class Run:
    """A run folder as the app knows it."""

    folder: Path
    log: RunLog
    config: Mapping[str, Any] = field(default_factory=dict)
    """What its `config.json` holds; nothing if it cannot be read."""
    note: str = ""
    """What the user has noted down about it."""
    began: float = 0.0
    """When its log was last written, in seconds since 1970."""

    @classmethod
    def open(cls, name: str) -> Run:
        """Return a run by its path; nothing is read yet but its settings."""
        run = cls(Path(name), RunLog(Path(name)))
        run.refresh()
        return run

    def refresh(self) -> None:
        """Read its settings and its note again: a resumed run may have others."""
        try:
            found = read_json(self.folder / CONFIG)
        except UserError:
            found = None
        self.config = found if isinstance(found, dict) else {}
        self.note = read_note(self.folder)
        try:
            self.began = (self.folder / METRICS).stat().st_mtime
        except OSError:
            self.began = 0.0

    def read(self, most: int) -> bool:
        """Read new lines of the log, and the settings where a training has begun or gone on.

        Args:
            most: greatest number of events to read.

        Returns:
            Whether there were any: the folder of a new training has neither at first.
        """
        before = self.log.start
        grown = self.log.read(most)
        if grown and (self.log.start is not before or not self.config):
            self.refresh()
        return grown

    @property
    def kind(self) -> str:
        """Kind of its model; empty if it is not known."""
        return str(self.config.get("kind", ""))

    @property
    def task(self) -> str:
        """What the table calls its task."""
        return TASKS.get(self.kind, "–")

    @property
    def passes(self) -> float | None:
        """Passes that its training makes."""
        return to_number(self._get("training", "epochs"))

    @property
    def clip(self) -> float | None:
        """Bound on its gradient; None if it has none."""
        if self._get("training", "clip_by") == "none":
            return None
        return to_number(self._get("training", "clip"))

    def _get(self, part: str, name: str) -> object:
        found = self.config.get(part)
        return found.get(name) if isinstance(found, Mapping) else None

    def format_network(self) -> str:
        """Return the shape of its network: `2×128 LSTM`."""
        layers = to_number(self._get("model", "num_layers"))
        hidden = to_number(self._get("model", "hidden_size"))
        cell = self._get("model", "cell")
        if hidden is None or not isinstance(cell, str):
            return "–"
        both = "↔" if self._get("model", "bidirectional") is True else ""
        return f"{layers or 1:g}×{hidden:g}{both} {format_name(cell)[:6].upper()}"

    def format_rate(self) -> str:
        """Return its learning rate."""
        rate = to_number(self._get("training", "learning_rate"))
        return "–" if rate is None else f"{rate:g}"

    def format_row(self, state: str) -> tuple[str, ...]:
        """Return what the table shows of it; see `COLUMNS`."""
        return (
            f"{format_name(self.folder.name)}{NOTED if self.note else ''}",
            self.task,
            state,
            format_best(self.log),
            self.format_network(),
            self.format_rate(),
            format_took(self.log),
        )


COLUMNS = ("run", "task", "state", "best", "network", "rate", "took")


class Runs:
    """The runs that are shown, by name, in the order of the table."""

    def __init__(self) -> None:
        self.by_name: dict[str, Run] = {}
        self.sort = SORTS[0]

    def update(self, names: Iterable[str]) -> bool:
        """Take the runs that are there now; return whether others than before.

        New ones come first or last, as the order wants it; nothing else moves.
        """
        wanted = [*names]
        if set(wanted) == set(self.by_name):
            return False
        self.by_name = {name: self.by_name.get(name) or Run.open(name) for name in wanted}
        self.order()
        return True

    def rename(self, name: str, folder: Path) -> None:
        """Let a run that lies in another folder now keep its place."""
        moved = Run.open(str(folder))
        self.by_name = {
            (str(folder) if one == name else one): (moved if one == name else run)
            for one, run in self.by_name.items()
        }

    def order(self) -> None:
        """Sort the runs anew."""
        runs = sorted(self.by_name.items())
        match self.sort:
            case "newest":
                runs.sort(key=lambda item: -item[1].began)
            case "best":
                runs.sort(key=lambda item: _rank(item[1].log))
            case "state":
                runs.sort(key=lambda item: item[1].log.state)
        self.by_name = dict(runs)

    def sort_next(self) -> str:
        """Go on to the next order, and return its name."""
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]
        self.order()
        return self.sort

    def read_for(self, seconds: float) -> bool:
        """Read the logs for a moment; return whether there may be more."""
        end = time.perf_counter() + seconds
        for run in self.by_name.values():
            while time.perf_counter() < end and run.read(READ_AT_ONCE):
                pass
        return time.perf_counter() >= end

    def find_newest(self) -> str | None:
        """Return the run whose log was written last."""
        return max(self.by_name, key=lambda name: self.by_name[name].began, default=None)


def _rank(log: RunLog) -> float:
    best = log.best_evaluation
    if best is None:
        return float("inf")
    return best.loss if best.accuracy is None else -1e6 * best.accuracy


def read_note(folder: Path) -> str:
    """Return the note about a run; empty if there is none."""
    try:
        if not exists(folder / NOTE):
            return ""
        with open_regular(folder / NOTE) as file:
            text = file.read(4 * LONGEST_NOTE).decode("utf-8", "replace")
    except (OSError, UserError):
        return ""
    return " ".join(text.split())[:LONGEST_NOTE]
