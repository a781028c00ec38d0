"""Models by name: those that ship, run folders, single files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from charlm.runs.files import CONFIG, MODEL, exists
from corpora.errors import UserError

SHIPPED = Path(__file__).parents[1] / "pretrained"


def shipped(folder: Path | None = None) -> dict[str, Path]:
    """Return the models in `folder`, by default the character models of the project, by name."""
    return {
        path.parent.name: path.parent for path in sorted((folder or SHIPPED).glob(f"*/{MODEL}"))
    }


def runs(folder: Path = Path("runs")) -> dict[str, Path]:
    """Return the run folders directly under `folder`, by path as one would type it."""
    return {str(path.parent): path.parent for path in sorted(folder.glob(f"*/{CONFIG}"))}


def find(name: str, known: Mapping[str, Path] | None = None) -> Path:
    """Return the folder or file of a model given by path or by its name among the `known` ones.

    By default those are the character models that ship with the project.

    Raises:
        UserError: there is no such model; the message lists what there is.
    """
    path = Path(name)
    if exists(path):
        return path
    known = shipped() if known is None else known
    if name in known:
        return known[name]
    there = ", ".join([*known, *runs()]) or "none"
    raise UserError(f"there is no model {name!r}; known are: {there}")
