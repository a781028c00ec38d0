"""Methods that run in a thread, or wait for the user, while the app goes on.

Textual's own decorator describes each worker by the `repr` of all its arguments, on the event loop:
for a text with its arrays that took half a second. These describe a worker by the name of its
method, and leave its errors to `tui.failures`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from textual import work
from textual.worker import Worker

TURN = 0.001
"""Seconds for which a thread computes while another one waits for its turn.

The screen waits for a turn whenever it has looked for keys, some ten times a frame. Python's own
value, 5 ms, makes 50 ms of that beside one thread that computes.
"""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def share_the_interpreter() -> None:
    """Have threads that compute take short turns. It holds for the whole process."""
    sys.setswitchinterval(TURN)


def in_thread(
    group: str, *, exclusive: bool = True
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Worker[Result]]]:
    """Return a decorator for a method that runs in a thread.

    Args:
        group: name of the workers that belong together.
        exclusive: whether a new one cancels those of its group.
    """

    def decorate(
        method: Callable[Parameters, Result],
    ) -> Callable[Parameters, Worker[Result]]:
        return _make(method, group=group, exclusive=exclusive, thread=True)

    return decorate


def in_turns(
    group: str = "default", *, exclusive: bool = False
) -> Callable[
    [Callable[Parameters, Coroutine[Any, Any, Result]]], Callable[Parameters, Worker[Result]]
]:
    """Return a decorator for a coroutine that runs in turns with the app; see `in_thread`."""

    def decorate(
        method: Callable[Parameters, Coroutine[Any, Any, Result]],
    ) -> Callable[Parameters, Worker[Result]]:
        return _make(method, group=group, exclusive=exclusive)

    return decorate


def _make(method: Callable[Parameters, Any], **options: Any) -> Callable[Parameters, Worker[Any]]:
    """Return the method as Textual's worker, described by its name; `tui.failures` has its errors.

    Args:
        method: a method of a widget or an app.
        options: those of `textual.work`.
    """
    made: Callable[Parameters, Worker[Any]] = work(
        method, exit_on_error=False, description=method.__name__, **options
    )
    return made
