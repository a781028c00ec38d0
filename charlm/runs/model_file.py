"""Model files: written atomically, read safely, checked by digest. No torch here.

A model file is safetensors with three entries of metadata: `config` (kind, format version, model
configuration), `vocabulary`, and `sha256` over those two and every tensor. So one file is enough to
generate from, and no damaged file loads unnoticed. A run folder holds, beside it, what people and
tools read: `config.json`, `vocabulary.json`, `metrics.jsonl`, and `last/` to resume from.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from charlm.parts import MODULES
from charlm.runs.files import CONFIG, MODEL, VOCABULARY, exists, parse_json, read_json
from charlm.runs.registry import is_shipped
from charlm.runs.tensors import Arrays, open_tensors, read_tensors, write_tensors
from corpora.errors import UserError

FORMAT = 1

LARGEST = 1e15
"""Weights beyond this are damage: below it, no sum that a model makes can overflow."""


@dataclass(frozen=True)
class ModelFile:
    """What a model file holds: its kind, its configuration, its vocabulary (JSON), its weights."""

    kind: str
    config: dict[str, Any]
    vocabulary: str
    weights: dict[str, np.ndarray]


def write_model(path: Path, model: ModelFile) -> None:
    """Write a model file atomically."""
    header = {"kind": model.kind, "format": FORMAT, "model": model.config}
    metadata = {"config": json.dumps(header), "vocabulary": model.vocabulary}
    write_tensors(path, model.weights, metadata)


def read_model(path: Path, *kinds: str) -> ModelFile:
    """Read a model file, or the one in a run folder.

    Args:
        path: the file or folder.
        kinds: what it may hold a model of; by default anything.

    Raises:
        UserError: it is missing, damaged, or of another kind.
    """
    file, follow = _find_model(path)
    weights, metadata = read_tensors(file, follow=follow)
    header = _header(metadata, file)
    check_header(header, kinds, file)
    if file != path:
        _check_beside(path, header, metadata.get("vocabulary", ""), follow)
    floats = _floats(weights, file)
    return ModelFile(header["kind"], header["model"], metadata.get("vocabulary", ""), floats)


def read_kind(path: Path) -> str:
    """Return the kind of a model file, or of the one in a run folder, without reading its weights.

    Raises:
        UserError: it is missing, or no model file.
    """
    file, follow = _find_model(path)
    with open_tensors(file, follow=follow) as tensors:
        header = _header(dict(tensors.metadata() or {}), file)
    check_header(header, (), file)
    return str(header["kind"])


def _find_model(path: Path) -> tuple[Path, bool]:
    """Return `path`, or the model file in it, and whether it may be a symbolic link.

    A file that the user named may be one, and so may one that ships, because some installers link
    the files of a package.

    Raises:
        UserError: there is no model file in the folder.
    """
    if not exists(path) or not path.is_dir():
        return path, True
    if not exists(path / MODEL):
        why = "its first evaluation is still to come" if exists(path / CONFIG) else "no run"
        raise UserError(f"{path} holds no {MODEL} ({why})")
    return path / MODEL, is_shipped(path)


def check_header(header: dict[str, Any], kinds: Sequence[str], file: Path) -> None:
    """Raise `UserError` unless `header` is of one of `kinds`, in the format that is read here.

    Without `kinds`, any will do.
    """
    kind = header.get("kind")
    if kind not in kinds and (kinds or not isinstance(kind, str)):
        found = reprlib.repr(kind)
        raise UserError(
            f"{file} holds a model of kind {found}, not {' or '.join(map(repr, kinds))}"
        )
    if header.get("format") != FORMAT:
        found = reprlib.repr(header.get("format"))
        raise UserError(f"{file} has format {found}; this charlm reads format {FORMAT}")


def _check_beside(folder: Path, header: dict[str, Any], vocabulary: str, follow: bool) -> None:
    """Raise `UserError` if the JSON files of a folder contradict its model file."""
    config = read_json(folder / CONFIG, follow=follow)
    same = isinstance(config, dict) and all(_agree(config.get(key), header[key]) for key in header)
    if not same:
        raise UserError(f"{folder / CONFIG} does not belong to the {MODEL} beside it")
    if read_json(folder / VOCABULARY, follow=follow) != parse_json(vocabulary, folder / MODEL):
        raise UserError(f"{folder / VOCABULARY} does not belong to the {MODEL} beside it")


def _agree(one: object, other: object) -> bool:
    """Return whether two parts of a header say the same, where both say something.

    A run that a later charlm has resumed has a model file with fields that its `config.json` lacks.
    The modules of own cells may have moved to other files.
    """
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one == other
    return all(one[key] == other[key] for key in one.keys() & other.keys() - {MODULES})


def _header(metadata: Mapping[str, str], file: Path) -> dict[str, Any]:
    header = parse_json(metadata.get("config", ""), file)
    if not isinstance(header, dict) or not {"kind", "format", "model"} <= set(header):
        raise UserError(f"{file} has no model configuration")
    return header


def _floats(weights: Arrays, file: Path) -> dict[str, np.ndarray]:
    """Return `weights` in float32; raise `UserError` if a model cannot calculate with them."""
    floats: dict[str, np.ndarray] = {}
    for name, array in weights.items():
        if not np.can_cast(array.dtype, np.float64):
            raise UserError(f"{file}: the weight {name} is of type {array.dtype}")
        with np.errstate(over="ignore"):
            floats[name] = array.astype(np.float32)
        if not (np.abs(floats[name]) <= LARGEST).all():  # false for what is not a number, too
            raise UserError(f"{file} holds weights that are not finite, or far too large")
    return floats
