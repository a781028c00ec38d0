"""Which models there are for a pane."""

from __future__ import annotations

from pathlib import Path

from charlm.checkpoint import MODEL, kind_of
from charlm.library import find, runs, shipped
from corpora.errors import UserError

SHIPPED_BY_SEQ = Path(__file__).parents[1] / "seq" / "pretrained"
"""By path: importing seq's libraries loads torch."""


def known() -> dict[str, Path]:
    """Return all models that ship, and those in run folders, by the name one would type."""
    return {**shipped(), **shipped(SHIPPED_BY_SEQ), **runs()}


def names(kind: str) -> list[str]:
    """Return the names of the models of a kind that can be used; damaged ones are left out."""
    found = []
    for name, path in known().items():
        try:
            if (path / MODEL).exists() and kind_of(path) == kind:
                found.append(name)
        except UserError:
            continue  # `charlm models` says what is wrong with it
    return found


def path_of(name: str) -> Path:
    """Return the folder or file of a model; raise `UserError` if there is none."""
    return find(name, known())
