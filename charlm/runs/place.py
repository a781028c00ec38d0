"""The place of a corpus, as a run folder records it: as the user named it, and where it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpora.errors import UserError

FROM_PYTHON = "<python>"
"""What is recorded as the place of data that a Python program gave. No file is meant by it."""

PLACE = frozenset({"spec", "path"})
"""Fields of the record. They may differ when a run is resumed: the data is known by its sum."""


def record_place(spec: str) -> dict[str, Any]:
    """Return what a run folder records of the place of its corpus: as it was named, and where.

    Args:
        spec: file, folder or name; - for standard input.
    """
    path = Path(spec)
    try:
        there = spec not in ("-", FROM_PYTHON) and path.exists()
    except (OSError, ValueError):
        there = False
    return {"spec": spec, **({"path": str(path.resolve())} if there else {})}


def find_again(source: Mapping[str, Any]) -> str:
    """Return where a corpus is now: as it was named, or where it was when the run began.

    Args:
        source: what `record_place` returned, perhaps with other fields.

    Raises:
        UserError: the data came from a Python program, and lies nowhere.
    """
    spec, path = source["spec"], source.get("path")
    check_lies_somewhere(spec)
    if not Path(spec).exists() and isinstance(path, str) and Path(path).exists():
        return path
    return str(spec)


def check_lies_somewhere(spec: object) -> None:
    """Raise `UserError` if a record says that its data came from a Python program."""
    if spec == FROM_PYTHON:
        raise UserError(
            "the data of this run came from Python: give it again, to the function that began the "
            "run with resume=RUN, or to the command as a file that holds the same"
        )
