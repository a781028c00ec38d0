"""A training at the terminal: display, Ctrl-C, exit code, and advice on what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from charlm.console.interrupts import Interrupts
from charlm.console.lines import PlainLines, Sink
from charlm.console.options import select_given
from charlm.console.plugins import list_options
from charlm.console.process import keep_freed_memory
from charlm.console.program import printable, silence_stdout, stdout
from charlm.console.terminals import writes_to_notebook
from charlm.runs.files import MODEL
from charlm.runs.registry import KINDS
from charlm.system import join_words
from charlm.training.events import Event, Finished
from corpora.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from charlm.console.options import RunOptions
    from charlm.training.request import Hooks, Request
    from charlm.training.session import Training

MORE = {"finished": " --epochs …", "out of time": " --max-minutes …", "interrupted": ""}
"""Options for resuming a run, by the reason for which it ended."""


def refuse(fields: Iterable[str], when: str) -> None:
    """Raise `UserError` if `fields` names any option.

    Args:
        fields: fields of configurations that were given as options.
        when: the end of the message, after "cannot change".
    """
    if fields := sorted(fields):
        raise UserError(f"--{fields[0].replace('_', '-')} cannot change {when}")


def open_training(
    request_class: type[Request],
    request: Callable[[], Request],
    options: RunOptions,
    hooks: Hooks,
    *,
    beside: Mapping[str, object],
    **moved: Any,
) -> AbstractContextManager[Training]:
    """Open the training that the options of a command describe: a new one, or that of a run folder.

    Args:
        request_class: what the command trains.
        request: makes the request of a new training.
        options: those of a run, and fields of configurations. With `resume` the training in that
            folder goes on.
        hooks: callbacks of the command.
        beside: other options by name; none of them can be given together with --resume.
        moved: where the data of a resumed run is now; see `Request.recorded`.

    Raises:
        UserError: the options contradict each other, or the training cannot be opened.
    """
    from charlm.training import session
    from charlm.training.tensorboard import require_tensorboard

    if options.tensorboard:
        require_tensorboard()
    if options.resume is None:
        return session.start(request(), hooks)
    for name, value in {**beside, "--out": options.folder}.items():
        if value is not None:
            raise UserError(
                f"--resume goes on in its own folder, with its own data and model: leave out {name}"
            )
    changes = select_given(options)
    refuse(set(changes) - session.MAY_CHANGE, "while a training is resumed")
    return session.resume(request_class, options.resume, changes=changes, hooks=hooks, **moved)


def watch(
    training: Training,
    stop: Interrupts,
    *,
    use: str | None = None,
    tensorboard: bool = False,
    console: Console | None = None,
) -> int:
    """Train, show the progress, and return the exit code.

    Only programs call it, because it changes settings of the process.

    Args:
        training: the training to run to its end.
        stop: the interrupts that the training asks before every step.
        use: what the model is used with: a sentence with `{run}`; by default that of its kind.
        tensorboard: whether to log for TensorBoard as well.
        console: where to show the progress; by default standard output.
    """
    keep_freed_memory()
    console = console or stdout()
    with stop, _display_while_possible(console if training.leads else None) as show:
        for event in training.events(tensorboard=tensorboard):
            show(event)
    assert isinstance(event, Finished)
    if training.leads:
        with suppress(OSError):  # the terminal, or the reader of a pipe, is gone
            for line in _advise(training, event, use):
                console.print(printable(line), soft_wrap=True)
    if event.reason == "diverged":
        return 1
    return 128 + stop.signal if event.reason == "interrupted" and stop.signal else 0


def _advise(training: Training, end: Finished, use: str | None) -> list[str]:
    """Return lines that say what can be done with the run now."""
    folder, processes = training.run.path, training.trainer.world.size
    name, kept = join_words([str(folder)]), (folder / MODEL).exists()
    kind = KINDS[training.kind]
    again = kind.typed
    if processes > 1:
        again = f"torchrun --nproc-per-node={processes} -m {' '.join(kind.command)}"
    lines: list[str] = []
    if end.reason == "diverged":
        lines.append(
            "the loss is no longer finite: the learning rate is probably too high. "
            + ("The best model so far is intact; start" if kept else "Start")
            + " again with a lower --learning-rate or --clip"
        )
    if end.reason in MORE:
        word = "resume" if end.reason == "interrupted" else "more"
        options = "".join(f" {join_words([option])}" for option in list_options())
        lines.append(f"{word} with: {again}{options} --resume {name}{MORE[end.reason]}")
    if kept:
        lines.append((use or kind.use).format(run=join_words((str(folder), *list_options()))))
    return lines


@contextmanager
def _display_while_possible(console: Console | None) -> Iterator[Sink]:
    """Yield a display of events that goes silent when nobody can see it any more.

    A terminal that is closed, or a reader that leaves a pipe (`| head`), is no reason to end a
    training: it goes on, and is saved.
    """
    shown: Sink | None = None
    with ExitStack() as stack:
        if console is not None:
            inner = stack.enter_context(ExitStack())
            shown = inner.enter_context(display(console))

        def show(event: Event) -> None:
            nonlocal shown
            if shown is None:
                return
            try:
                shown(event)
            except OSError:
                shown = None
                with suppress(OSError):
                    inner.close()
                silence_stdout()

        yield show


@contextmanager
def display(console: Console) -> Iterator[Sink]:
    """Yield a display of events: live in a terminal, one line in a notebook, else plain lines."""
    with ExitStack() as stack:
        if writes_to_notebook(console.file):
            from charlm.console.notebook import NotebookLine

            yield NotebookLine()
        elif console.is_terminal:
            from charlm.console.live import LiveDisplay

            shown = LiveDisplay(console)
            stack.enter_context(shown.live)
            yield shown
        else:
            yield PlainLines(console)
