"""What is installed for pictures, and the line where it is not."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from corpora.errors import UserError

NO_PICTURES = "pictures need matplotlib; pip install 'matplotlib>=3.10.8'"


def can_draw() -> bool:
    """Return whether pictures can be drawn: matplotlib is large, and nothing else needs it."""
    return find_spec("matplotlib") is not None


def require_pictures(kind: object, place: Path | None) -> None:
    """Raise `UserError` if a picture is wanted and cannot be drawn: before the work, not after it.

    Args:
        kind: the type of the option; see `cyclopts.Parameter.validator`.
        place: where the picture is to be written; None for nowhere.
    """
    if place is not None and not can_draw():
        raise UserError(NO_PICTURES)
