"""Model files and run folders: written atomically, read safely, checked by digest. No torch here.

A model file is safetensors with three entries of metadata: `config` (kind, format version, model
configuration), `vocabulary`, and `sha256` over those two and every tensor. So one file is enough to
generate from, and no damaged file loads unnoticed. A run folder holds, beside it, what people and
tools read: `config.json`, `vocabulary.json`, `metrics.jsonl`, and `last/` to resume from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error

FORMAT = 1
CONFIG, VOCABULARY, MODEL, METRICS = (
    "config.json",
    "vocabulary.json",
    "model.safetensors",
    "metrics.jsonl",
)
LAST = "last/checkpoint.safetensors"

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class ModelFile:
    """What a model file holds: its kind, its configuration, its vocabulary (JSON), its weights."""

    kind: str
    config: dict[str, Any]
    vocabulary: str
    weights: dict[str, np.ndarray]


def _digest(metadata: Mapping[str, str], arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(metadata.items()):
        if name != "sha256":
            digest.update(f"{name}\0{text}\0".encode("utf-8", "surrogatepass"))
    for name, array in sorted(arrays.items()):
        digest.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def write_tensors(path: Path, arrays: Arrays, metadata: Mapping[str, str]) -> None:
    """Write `arrays` and `metadata` with their digest, atomically."""
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    signed = {**metadata, "sha256": _digest(metadata, arrays)}
    write_atomic(path, save(dict(arrays), metadata=signed))


def read_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays and metadata of a file that `write_tensors` wrote.

    Raises:
        UserError: the file is missing, damaged or foreign. Nothing in it is ever executed.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise os_error(error, path) from error
    # TypeError and its like: numpy has no such type as bfloat16, and a foreign file may use it.
    except (SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UserError(f"{path} is not a model file, or a damaged one ({error})") from error
    if "sha256" not in metadata:
        raise UserError(f"{path} is a safetensors file, but not one that charlm wrote")
    if metadata["sha256"] != _digest(metadata, arrays):
        raise UserError(f"{path} is damaged: its content does not match its checksum")
    return arrays, metadata


def parse_json(text: str | bytes, path: Path) -> Any:
    """Parse JSON; raise `UserError` that names `path`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is damaged: it is not JSON ({error})") from error


def write_model(path: Path, model: ModelFile) -> None:
    """Write a model file atomically."""
    header = {"kind": model.kind, "format": FORMAT, "model": model.config}
    metadata = {"config": json.dumps(header), "vocabulary": model.vocabulary}
    write_tensors(path, model.weights, metadata)


def read_model(path: Path, kind: str) -> ModelFile:
    """Read a model file, or the one in a run folder; raise `UserError` if it is not a `kind`."""
    file = path / MODEL if path.is_dir() else path
    if path.is_dir() and not file.exists():
        why = "its first evaluation is still to come" if (path / CONFIG).exists() else "no run"
        raise UserError(f"{path} holds no {MODEL} ({why})")
    weights, metadata = read_tensors(file)
    header = parse_json(metadata.get("config", ""), file)
    if not isinstance(header, dict) or not {"kind", "format", "model"} <= set(header):
        raise UserError(f"{file} has no model configuration")
    _check_header(header, kind, file)
    if path.is_dir():
        _check_beside(path, header, metadata.get("vocabulary", ""))
    floats = {name: array.astype(np.float32) for name, array in weights.items()}
    if not all(np.isfinite(array).all() for array in floats.values()):
        raise UserError(f"{file} holds weights that are not finite")
    return ModelFile(kind, header["model"], metadata.get("vocabulary", ""), floats)


def _check_header(header: dict[str, Any], kind: str, file: Path) -> None:
    if header.get("kind") != kind:
        raise UserError(f"{file} holds a model of kind {header.get('kind')!r}, not {kind!r}")
    if header.get("format") != FORMAT:
        raise UserError(
            f"{file} has format {header.get('format')!r}; this charlm reads format {FORMAT}"
        )


def _check_beside(folder: Path, header: dict[str, Any], vocabulary: str) -> None:
    """Raise `UserError` if the folder's JSON files tell another story than its model file."""
    config = read_json(folder / CONFIG)
    if not isinstance(config, dict) or any(config.get(key) != header[key] for key in header):
        raise UserError(f"{folder / CONFIG} does not belong to the {MODEL} beside it")
    if read_json(folder / VOCABULARY) != parse_json(vocabulary, folder / MODEL):
        raise UserError(f"{folder / VOCABULARY} does not belong to the {MODEL} beside it")


def read_json(path: Path) -> Any:
    """Read a JSON file; raise `UserError` for a missing or damaged one."""
    try:
        return parse_json(path.read_bytes(), path)
    except OSError as error:
        raise os_error(error, path) from error


def write_json(path: Path, data: object) -> None:
    """Write a JSON file atomically, readably."""
    write_atomic(path, (json.dumps(data, indent=2) + "\n").encode())


class RunFolder:
    """A folder with all that belongs to one training."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether a training was begun here."""
        return (self.path / CONFIG).exists()

    def create(
        self, kind: str, model: dict[str, Any], vocabulary: str, about: dict[str, Any]
    ) -> None:
        """Make the folder, with `config.json` (`about` holds all but the model) and vocabulary."""
        if self.exists:
            raise UserError(f"{self.path} holds a run already; --resume it, or name another --run")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise os_error(error, self.path) from error
        write_atomic(self.path / VOCABULARY, vocabulary.encode())
        self.write_config({"kind": kind, "format": FORMAT, "model": model, **about})

    def write_config(self, config: dict[str, Any]) -> None:
        """Replace `config.json`."""
        write_json(self.path / CONFIG, config)

    def read_config(self, kind: str) -> dict[str, Any]:
        """Return `config.json`; raise `UserError` unless it is a run of this `kind`."""
        path = self.path / CONFIG
        if not path.exists():
            raise UserError(f"{self.path} is not a run folder: it has no {CONFIG}")
        config = read_json(path)
        if not isinstance(config, dict):
            raise UserError(f"{path} is damaged: an object is expected")
        _check_header(config, kind, path)
        return config

    def save_last(self, arrays: Arrays, state: dict[str, Any]) -> Path:
        """Write what training goes on from: one file, so that it is whole or the one before."""
        path = self.path / LAST
        write_tensors(path, arrays, {"state": json.dumps(state)})
        return path

    def load_last(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return what `save_last` wrote; raise `UserError` if it is missing or damaged."""
        path = self.path / LAST
        if not path.exists():
            raise UserError(f"{self.path} has no {LAST} to resume from; start it anew")
        arrays, metadata = read_tensors(path)
        state = parse_json(metadata.get("state", ""), path)
        if not isinstance(state, dict):
            raise UserError(f"{path} is damaged: it has no training state")
        return arrays, state
