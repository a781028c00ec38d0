"""Notices to the user that are neither results nor errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Notice = Callable[[str], None]
"""A function that takes one line for the user, such as the edition of a text that was found."""


def silent(line: str) -> None:
    """Ignore a notice."""


_TELLER: ContextVar[Notice] = ContextVar("teller", default=silent)


@contextmanager
def telling(notice: Notice) -> Iterator[None]:
    """Give what `tell` says to `notice`, in this thread. Only programs do that."""
    token = _TELLER.set(notice)
    try:
        yield
    finally:
        _TELLER.reset(token)


def tell(line: str) -> None:
    """Give a notice from where none can be handed down; nobody hears it unless a program listens.

    A model is named in fifty places, and any of them may be the one that fetches it from a hub.
    """
    _TELLER.get()(line)
