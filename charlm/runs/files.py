"""The files of a run folder: their names, and JSON that is read and written safely."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error


def parse_json(text: str | bytes, path: Path) -> Any:
    """Parse JSON; raise `UserError` that names `path`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is damaged: it is not JSON ({error})") from error


CONFIG, VOCABULARY, MODEL, METRICS = (
    "config.json",
    "vocabulary.json",
    "model.safetensors",
    "metrics.jsonl",
)


LAST = "last/checkpoint.safetensors"


def exists(path: Path) -> bool:
    """Return whether `path` exists; raise `UserError` if the system does not tell."""
    try:
        return path.exists()
    except OSError as error:  # the name is too long, or in a folder that is closed to us
        raise os_error(error, path) from error


def read_json(path: Path) -> Any:
    """Read a JSON file; raise `UserError` for a missing or damaged one."""
    try:
        return parse_json(path.read_bytes(), path)
    except OSError as error:
        raise os_error(error, path) from error


def write_json(path: Path, data: object) -> None:
    """Write a JSON file atomically, readably."""
    write_atomic(path, (json.dumps(data, indent=2) + "\n").encode())
