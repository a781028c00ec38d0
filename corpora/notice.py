"""What a caller is told that is neither a result nor an error."""

from __future__ import annotations

from collections.abc import Callable

Notice = Callable[[str], None]
"""Takes one line for the user, such as which edition of a text was found."""


def silent(line: str) -> None:
    """Take a notice that nobody wants to read."""
