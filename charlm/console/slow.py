"""Progress of what takes long before its first result. In pipes nothing is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING, Protocol

from charlm.console.cursor import CURSOR
from charlm.console.terminals import can_redraw

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

DELAY_SECONDS = 1.0
"""Seconds after which a line is shown: what is done by then needs none."""


class _Display(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


@contextmanager
def slow(console: Console, text: str, *, after: float = DELAY_SECONDS) -> Iterator[Status]:
    """Show a line while the body of the `with` statement takes longer than `after` seconds.

    Args:
        console: a console on standard error. If it is no terminal, nothing is shown.
        text: what is going on. `update` of the yielded status replaces it.
        after: seconds until the line appears.
    """
    status = console.status(text)
    with _started_later(status, console, after):
        yield status


@contextmanager
def counting(
    console: Console, text: str, total: int | None, *, done: int = 0, after: float = DELAY_SECONDS
) -> Iterator[Callable[[int], None]]:
    """Show a bar while the body of the `with` statement takes longer than `after` seconds.

    Yields a function that takes the number of items that are done now, in addition to those before.

    Args:
        console: a console on standard error. If it is no terminal, nothing is shown.
        text: what is going on.
        total: number of items; None if it is not known.
        done: items that were done before.
        after: seconds until the bar appears.
    """
    from rich.progress import Progress

    bar = Progress(console=console, transient=True, disable=not _can_show(console))
    task = bar.add_task(text, total=total, completed=done)
    with _started_later(bar, console, after):
        yield lambda count: bar.advance(task, count)


def _can_show(console: Console) -> bool:
    return console.is_terminal and can_redraw(console.file)


@contextmanager
def _started_later(display: _Display, console: Console, after: float) -> Iterator[None]:
    if not _can_show(console):
        yield
        return
    lock, over = Lock(), False

    def start() -> None:
        with lock:
            if not over:
                display.start()

    CURSOR.watch()  # here, because a timer's thread cannot
    timer = Timer(after, start)
    timer.daemon = True
    if after > 0:
        timer.start()
    else:
        start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over = True
        display.stop()
        CURSOR.release()
