"""Trainings as the app sees them: the command line in a subprocess, and the logs of run folders."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from charlm.checkpoint import CONFIG, LAST, METRICS, MODEL, read_json
from corpora.errors import UserError

MODULES = {
    "charlm": ("charlm.train",),
    "classifier": ("seq.imdb", "train"),
    "word-model": ("seq.imdb", "pretrain"),
    "translator": ("seq.scan", "train"),
}
"""What resumes a run, by its kind."""
FRESH = 20.0
"""Seconds since a log grew, up to which its training is taken to be under way."""


class Training:
    """A training that this app has started. It outlives the app unless it is stopped."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        """Start `python -m ARGUMENTS`, which writes to `folder`."""
        self.folder = folder
        # A file and no pipe: nobody reads it any more when the app has gone.
        self._said: list[str] = []
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,  # a Ctrl-C in the terminal is for the app
        )

    @property
    def runs(self) -> bool:
        """Whether it is still under way."""
        if self._process.poll() is None:
            return True
        if not self._errors.closed:
            self._errors.seek(0)
            self._said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            self._errors.close()
        return False

    def stop(self) -> None:
        """Ask it to save and end, as Ctrl-C does."""
        if self.runs:
            self._process.send_signal(signal.SIGINT)

    def failure(self) -> str | None:
        """Return what went wrong, when it has ended with an error of the user's."""
        if self.runs or self._process.returncode not in (1, 2):
            return None
        return self._said[-1].removeprefix("charlm: ") if self._said else "the training has failed"


def started(corpus: str, preset: str, minutes: float, folder: Path) -> Training:
    """Start a training of a character model."""
    arguments = ["charlm.train", corpus, "--preset", preset, "--out", str(folder)]
    return Training(folder, [*arguments, "--max-minutes", f"{minutes:g}"])


def resumed(folder: Path) -> Training:
    """Go on with the training in a run folder; raise `UserError` if there is nothing to go on."""
    kind = read_json(folder / CONFIG).get("kind")
    if kind not in MODULES or not (folder / LAST).exists():
        raise UserError(f"{folder} cannot be resumed: it has no {LAST}")
    return Training(folder, [*MODULES[kind], "--resume", str(folder)])


def new_folder(stem: str) -> Path:
    """Return the first free folder runs/STEM, runs/STEM-2, …"""
    name = Path(stem).stem or "run"
    number = 1
    while (folder := Path("runs") / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return folder


@dataclass
class Log:
    """What a run has logged by now; `read` takes in what is new."""

    folder: Path
    train: list[tuple[float, float]] = field(default_factory=list)
    """Passes and training loss, in nats."""
    validation: list[tuple[float, float]] = field(default_factory=list)
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
            case "step":
                self.step = event
                self._put(self.train, event.get("train_loss"), event)
            case "evaluated":
                self._put(self.validation, event.get("loss"), event)
            case "sampled":
                self.sample = str(event.get("text", ""))
            case "finished":
                self.end = event

    @staticmethod
    def _put(points: list[tuple[float, float]], loss: Any, event: Mapping[str, Any]) -> None:
        epoch = event.get("epoch")
        if isinstance(loss, int | float) and isinstance(epoch, int | float) and math.isfinite(loss):
            while points and points[-1][0] >= epoch:  # taken up from an earlier step
                points.pop()
            points.append((float(epoch), float(loss)))

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


def can_generate(folder: Path) -> bool:
    """Return whether a run holds a character model that can be written with."""
    try:
        return (folder / MODEL).exists() and read_json(folder / CONFIG).get("kind") == "charlm"
    except UserError:
        return False
