"""A training as a command shows it: display, Ctrl-C, exit code, and what can be done next."""

from __future__ import annotations

import math
import shlex
import signal
import time
from contextlib import nullcontext
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from charlm.terminal import stdout
from corpora.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from charlm.events import Finished
    from charlm.session import Training

PATIENCE_SECONDS = 1.0
"""Time after a first Ctrl-C from which on a second one no longer waits for the save."""

MORE = {"finished": " --epochs …", "out of time": " --max-minutes …", "interrupted": ""}
"""What a run that ended so is resumed with."""


def refuse(fields: set[str], when: str) -> None:
    """Raise `UserError` for options that cannot be given now."""
    if fields:
        raise UserError(f"--{min(fields).replace('_', '-')} cannot change {when}")


class Interrupts:
    """Notes SIGINT and SIGTERM, while entered, instead of dying of them; a later one is obeyed.

    Calling it tells whether one has come: it is what a `Trainer` asks before every step.
    """

    def __init__(self) -> None:
        self.asked: int | None = None
        self.first = math.inf
        self.before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Return whether a signal has come."""
        return self.asked is not None

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self.before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        # torchrun hands on the Ctrl-C that the terminal has sent to all: one wish, two signals.
        if time.perf_counter() - self.first > PATIENCE_SECONDS:
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        self.first = min(self.first, time.perf_counter())
        self.asked = self.asked or number


def watch(
    training: Training,
    stop: Interrupts,
    *,
    again: str,
    use: str,
    tensorboard: bool = False,
    console: Console | None = None,
) -> int:
    """Train, show what happens, and return the exit code.

    Args:
        training: what to run to its end.
        stop: the interrupts that it asks.
        again: the module, with its command, that resumes the run: `charlm.train`.
        use: what to do with the model: `write with: charlm generate {run}`.
        tensorboard: log for TensorBoard as well.
        console: where to show it; by default standard output.
    """
    from charlm.events import Finished
    from charlm.report import display

    console = console or stdout()
    with stop, display(console) if training.leads else nullcontext(lambda event: None) as show:
        for event in training.events(tensorboard=tensorboard):
            show(event)
    assert isinstance(event, Finished)
    if training.leads:
        for line in _advice(training, event, again, use):
            console.print(line, soft_wrap=True)
    if event.reason == "diverged":
        return 1
    return 128 + stop.asked if event.reason == "interrupted" and stop.asked else 0


def _advice(training: Training, end: Finished, again: str, use: str) -> list[str]:
    """Return what can be done with the run now, line by line."""
    folder, processes = training.run.path, training.trainer.world.size
    name, kept = shlex.quote(str(folder)), (folder / "model.safetensors").exists()
    launcher = "python" if processes == 1 else f"torchrun --nproc-per-node={processes}"
    lines = []
    if end.reason == "diverged":
        lines.append(
            "the loss is no longer finite: the learning rate is probably too high. "
            + ("The best model so far is intact; start" if kept else "Start")
            + " again with a lower --learning-rate or --clip"
        )
    if end.reason in MORE:
        word = "resume" if end.reason == "interrupted" else "more"
        lines.append(f"{word} with: {launcher} -m {again} --resume {name}{MORE[end.reason]}")
    if kept:
        lines.append(use.format(run=name))
    return lines
