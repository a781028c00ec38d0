"""A training as a command shows it: display, Ctrl-C, exit code, and what can be done next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console

from charlm.console.interrupts import Interrupts
from charlm.console.lines import PlainLines, Sink
from charlm.console.program import stdout
from corpora.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from charlm.training.events import Finished
    from charlm.training.session import Training


MORE = {"finished": " --epochs …", "out of time": " --max-minutes …", "interrupted": ""}
"""What a run that ended so is resumed with."""


def refuse(fields: set[str], when: str) -> None:
    """Raise `UserError` for options that cannot be given now."""
    if fields:
        raise UserError(f"--{min(fields).replace('_', '-')} cannot change {when}")


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
    from charlm.console.watch import display
    from charlm.training.events import Finished

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


@contextmanager
def display(console: Console) -> Iterator[Sink]:
    """Yield the sink for a person: live where `console` is a terminal, else plain lines."""
    with ExitStack() as stack:
        if console.is_terminal:
            from charlm.console.live import LiveDisplay

            shown = LiveDisplay(console)
            stack.enter_context(shown.live)
            yield shown
        else:
            yield PlainLines(console)
