"""What a training will take: its parameters and its time, and where these figures come from.

A process looks at the form (see `tui.train.estimating`). This module uses no screen.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from charlm.console.lines import format_clock
from charlm.drawing.panels import shorten
from charlm.training.log import to_number
from corpora.errors import UserError
from tui.train.form import Form

NO_MATTER = (
    "epochs", "max_minutes", "learning_rate", "warmup_steps", "final_learning_rate",
    "weight_decay", "clip", "evaluate_every", "patience", "save_seconds", "seed", "sample_length",
    "label_smoothing", "ema_decay", "ema_start", "shift_streams", "zero_state", "forget_bias",
)  # fmt: skip
"""Settings of a training that change neither its size nor its speed."""
LONGEST_NAME = 12
"""Cells of the name of an earlier run."""
MOST_SPEEDS = 60
"""Speeds of earlier runs that are remembered."""


@dataclass(frozen=True)
class Estimate:
    """What is known of a training before it starts."""

    data: str = ""
    """How much there is to read."""
    parameters: int | None = None
    seconds: float | None = None
    """Time that it will take, at most: evaluations are not counted, and patience may end it."""
    origin: str = ""
    """Where the time comes from: measured just now, the speed of an earlier run, or the limit."""
    error: str = ""
    """Why it would be refused."""

    def format(self) -> str:
        """Return the estimate as a line."""
        parts = []
        if self.seconds is not None:
            time = format_clock(self.seconds) if self.seconds < 4e6 else "months"
            parts.append(f"≈ {time} ({self.origin})")
        if self.parameters is not None:
            parts.append(f"{format_count(self.parameters)} parameters")
        return " · ".join(parts)


def format_count(number: float) -> str:
    """Return a number in a few characters: 150k, 2.8M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:g}"


def make_key(form: Form) -> str:
    """Return what decides the size and the speed of a training, as text.

    Raises:
        UserError: a value of the form cannot be read.
    """
    chosen = form.make_configs()
    kept = {k: v for k, v in chosen.training.to_json().items() if k not in NO_MATTER}
    parts = [part.to_json() for part in chosen.parts if part is not chosen.training]
    others = {k: v for k, v in form.changes.items() if form.task.settings[k].config is None}
    where = {"task": form.task.name, "source": form.source, "init_from": form.init_from}
    return json.dumps([where, *parts, kept, others], sort_keys=True)


def make_speed_key(kind: str, model: object, training: object) -> str:
    """Return what decides the speed of a training wherever its data comes from, as text."""
    kept = training if isinstance(training, Mapping) else {}
    shape = model if isinstance(model, Mapping) else {}
    parts = [
        {k: v for k, v in part.items() if k not in (*NO_MATTER, "classes")}
        for part in (shape, kept)
    ]
    return json.dumps([kind, *parts], sort_keys=True)


@dataclass
class Speeds:
    """Units per second of runs that this app has seen on this machine, and their names."""

    known: dict[str, tuple[float, str]] = field(default_factory=dict)

    def remember(self, key: str, speed: float, name: str) -> None:
        """Remember the speed of a run; of many, the oldest go."""
        self.known.pop(key, None)
        self.known[key] = (speed, name)
        for old in [*self.known][:-MOST_SPEEDS]:
            del self.known[old]

    @classmethod
    def from_json(cls, data: object) -> Speeds:
        """Return the speeds that were saved; damaged ones are left out."""
        speeds = cls()
        for key, value in data.items() if isinstance(data, Mapping) else ():
            good = isinstance(value, list | tuple) and len(value) == 2
            speed = to_number(value[0]) if good else None
            if speed is not None and speed > 0 and isinstance(value[1], str):
                speeds.remember(str(key), speed, value[1])
        return speeds


def make_estimate(form: Form, found: Mapping[str, Any], speeds: Speeds) -> Estimate:
    """Return the estimate for a form, from what the process has found.

    Args:
        form: the form; its passes and minutes may have changed meanwhile.
        found: answer of `tui.train.estimating`.
        speeds: those of earlier runs; they are preferred to the short measurement.
    """
    if error := found.get("error"):
        return Estimate(error=str(error))
    parameters, units = found.get("parameters"), to_number(found.get("units"))
    chosen = form.make_configs()
    training = chosen.training
    key = make_speed_key(form.task.kind, chosen.model.to_json(), training.to_json())
    speed, origin = to_number(found.get("speed")), "measured"
    if key in speeds.known:
        speed, name = speeds.known[key]
        origin = f"as {shorten(name, LONGEST_NAME)}"
    seconds = None
    if units and speed:
        seconds = units * training.epochs / speed
    if training.max_minutes and (seconds is None or seconds > 60 * training.max_minutes):
        seconds, origin = 60 * training.max_minutes, "your limit"
    return Estimate(
        data=str(found.get("data", "")),
        parameters=parameters if isinstance(parameters, int) else None,
        seconds=seconds,
        origin=origin if seconds is not None else "",
    )


class Estimator:
    """The process that looks at forms. It starts with the first question."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ended = False

    def ask(self, form: Form, *, measured: bool) -> dict[str, Any]:
        """Return what is found out about a form; it takes seconds, so a thread asks.

        Args:
            form: the form.
            measured: whether to measure the speed, too.

        Raises:
            UserError: the process has failed, or was closed meanwhile.
        """
        asked = {"task": form.task.name, "form": form.to_json(), "measure": measured}
        with self._lock:
            process = self._start()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(f"{json.dumps(asked)}\n")
                process.stdin.flush()
                line = process.stdout.readline()
                found = json.loads(line)
            except (OSError, ValueError) as error:
                self.close()
                raise UserError(
                    "the estimate failed; the training can start all the same"
                ) from error
        return found if isinstance(found, dict) else {}

    def _start(self) -> subprocess.Popen[str]:
        if not self._ended and (self._process is None or self._process.poll() is not None):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tui.train.estimating"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
        process = self._process
        if self._ended or process is None:  # the app has ended, perhaps while it was started
            self.close()
            raise UserError("the app has ended")
        return process

    def end(self) -> None:
        """End the process for good: a thread that comes too late starts no other."""
        self._ended = True
        self.close()

    def close(self) -> None:
        """End the process; a thread that waits for it gets an error."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not written yet
                    stream.close()
