"""Which models there are for a pane, and those that it has loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from charlm.runs.files import MODEL
from charlm.runs.model_file import kind_of
from charlm.runs.registry import find, runs, shipped
from corpora.errors import UserError

SHIPPED_BY_SEQ = Path(__file__).parents[1] / "seq" / "pretrained"
"""By path: importing seq's libraries loads torch."""

Model = TypeVar("Model")


def known() -> dict[str, Path]:
    """Return all models that ship, and those in run folders, by the name one would type."""
    return {**shipped(), **shipped(SHIPPED_BY_SEQ), **runs()}


def kinds() -> dict[str, str]:
    """Return the kinds of the models that can be used, by name; damaged ones are left out."""
    found = {}
    for name, path in known().items():
        try:
            if (path / MODEL).exists():
                found[name] = kind_of(path)
        except UserError:
            continue  # `charlm models` says what is wrong with it
    return found


def names(kind: str) -> list[str]:
    """Return the names of the models of a kind that can be used."""
    return [name for name, own in kinds().items() if own == kind]


def path_of(name: str) -> Path:
    """Return the folder or file of a model; raise `UserError` if there is none."""
    return find(name, known())


class Models(Generic[Model]):
    """Models by name, each loaded at its first use; for threads, one of which has them at a time.

    Args:
        load: makes a model from its path; it may take seconds.
        loading: is told the name of one that is about to be loaded.
    """

    def __init__(self, load: Callable[[str], Model], loading: Callable[[str], None]) -> None:
        self._load, self._loading = load, loading
        self._models: dict[str, Model] = {}
        self.lock = Lock()
        """Held by whoever asks a model something."""

    def get(self, name: str) -> Model:
        """Return a model, with `lock` held; raise `UserError` if it cannot be loaded."""
        if name not in self._models:
            self._loading(name)
            self._models[name] = self._load(str(path_of(name)))
        return self._models[name]
