"""Which models there are for a pane, and those that it has loaded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from charlm.runs.files import MODEL
from charlm.runs.model_file import read_kind
from charlm.runs.registry import find, runs, shipped
from corpora.errors import UserError

Model = TypeVar("Model")


def kinds() -> dict[str, str]:
    """Return the kind of every model that can be used, by name.

    They are the models that ship and those in run folders. Damaged ones are left out: `charlm
    models` says what is wrong with them.
    """
    found = {}
    for name, path in {**shipped(), **runs()}.items():
        with suppress(UserError):
            if (path / MODEL).exists():
                found[name] = read_kind(path)
    return found


def names(kind: str) -> list[str]:
    """Return the names of the models of a kind that can be used."""
    return [name for name, own in kinds().items() if own == kind]


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
            self._models[name] = self._load(str(find(name)))
        return self._models[name]
