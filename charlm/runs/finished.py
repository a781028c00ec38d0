"""Folders of finished models: what is written of a model that is trained no more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charlm.runs.files import CONFIG, VOCABULARY, exists
from charlm.runs.model_file import ModelFile
from charlm.runs.run_folder import LOCK, RunFolder
from corpora.atomic import write_atomic
from corpora.errors import UserError


def write_finished(
    folder: Path,
    model: ModelFile,
    about: Mapping[str, Any],
    beside: Mapping[str, bytes] | None = None,
) -> None:
    """Write a model into a folder that holds none yet.

    Args:
        folder: made if it is missing.
        model: the model.
        about: what `config.json` says of it.
        beside: other files, by name.

    Raises:
        UserError: the folder holds a model already, or cannot be written.
    """
    check_free(folder)
    target = RunFolder(folder)
    with target.locked():  # two that write into one folder would mix their files
        check_free(folder)
        write_atomic(folder / VOCABULARY, model.vocabulary.encode())
        target.save_model(model)
        for name, content in (beside or {}).items():
            write_atomic(folder / name, content)
        target.write_config(dict(about))  # last: a folder that has it is complete
    (folder / LOCK).unlink(missing_ok=True)


def check_free(folder: Path) -> None:
    """Raise `UserError` if a folder holds a model already."""
    if exists(folder / CONFIG):
        raise UserError(f"{folder} holds a model already; name another folder")
