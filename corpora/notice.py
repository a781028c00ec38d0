"""Notices to the user that are neither results nor errors."""

from __future__ import annotations

from collections.abc import Callable

Notice = Callable[[str], None]
"""A function that takes one line for the user, such as the edition of a text that was found."""


def silent(line: str) -> None:
    """Ignore a notice."""
