"""List the models of a kind, and keep those that a pane has loaded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from charlm.runs.files import MODEL, exists
from charlm.runs.model_file import read_kind
from charlm.runs.registry import runs, shipped
from corpora.errors import UserError
from tui.torch_loading import load_torch
from tui.visitors import allow

Model = TypeVar("Model")


def list_runs() -> dict[str, Path]:
    """Return the run folders, by path as one would type it: those that visitors may use."""
    found = {}
    for name, path in runs().items():
        with suppress(UserError):
            allow(path)
            found[name] = path
    return found


def list_models() -> dict[str, Path]:
    """Return the folders of the shipped models and of the runs, by name."""
    return {**shipped(), **list_runs()}


def find_model(name: str) -> Path:
    """Return the folder of a model of the list. A file called like a model does not hide it.

    Raises:
        UserError: the list has no such model.
    """
    if (found := list_models().get(name)) is None:
        raise UserError(f"there is no model {name!r} in the list any more; choose another")
    return found


def list_kinds() -> dict[str, str]:
    """Return the kind of every usable model, by name.

    These are the shipped models and those in run folders. Damaged models are left out: `charlm
    models` says what is wrong with them.
    """
    found = {}
    for name, path in list_models().items():
        with suppress(UserError, OSError):
            if exists(path / MODEL):
                found[name] = read_kind(path)
    return found


def list_names(kind: str) -> list[str]:
    """Return the names of the usable models of a kind."""
    return [name for name, own in list_kinds().items() if own == kind]


class Models(Generic[Model]):
    """Models by name, shared by threads; each is loaded when it is first used, and torch before it.

    Args:
        load: returns the model at a path; it may take seconds.
        on_load: is called with the name of a model before it is loaded.
    """

    def __init__(self, load: Callable[[str], Model], on_load: Callable[[str], None]) -> None:
        self._load, self._on_load = load, on_load
        self._models: dict[str, Model] = {}
        self.lock = Lock()
        """Lock that a thread holds while it uses a model."""

    def get(self, name: str) -> Model:
        """Return a model; the caller holds `lock`.

        Raises:
            UserError: if the model cannot be loaded.
        """
        if name not in self._models:
            self._on_load(name)
            load_torch()
            self._models[name] = self._load(str(find_model(name)))
        return self._models[name]
