"""What the folder of a model records of its training, found by the name of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from charlm.runs.registry import find
from charlm.runs.run_folder import RunFolder


@dataclass(frozen=True)
class RecordedTraining:
    """What a model was trained on, and how, as it was recorded."""

    corpus: dict[str, Any]
    training: dict[str, Any]


def read_about(name: str, kind: str) -> dict[str, Any]:
    """Return the `config.json` of a model; it is empty for a model file by itself.

    Args:
        name: a shipped name, a run folder or a file.
        kind: kind that the model must have.

    Raises:
        UserError: there is no such model, it is of another kind, or its record is damaged.
    """
    path = find(name, kind)
    return RunFolder(path).read_config(kind) if path.is_dir() else {}


def read_training(name: str, kind: str) -> RecordedTraining | None:
    """Return what a model was trained on; None if nobody knows.

    Args:
        name: a shipped name, a run folder or a file.
        kind: kind that the model must have.

    Raises:
        UserError: there is no such model, it is of another kind, or its record is damaged.
    """
    about = read_about(name, kind)
    corpus, training = about.get("corpus"), about.get("training")
    if isinstance(corpus, dict) and isinstance(training, dict):
        return RecordedTraining(corpus, training)
    return None
