"""Model files: written atomically, read safely, checked by digest. No torch here.

A model file is safetensors with three entries of metadata: `config` (kind, format version, model
configuration), `vocabulary`, and `sha256` over those two and every tensor. So one file is enough to
generate from, and no damaged file loads unnoticed. A run folder holds, beside it, what people and
tools read: `config.json`, `vocabulary.json`, `metrics.jsonl`, and `last/` to resume from.
"""

from __future__ import annotations

import hashlib
import json
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
CHUNK = 1 << 20
LARGEST = 1e15
"""Weights beyond this are damage: below it, no sum that a model makes can overflow."""

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
    # Not ascontiguousarray: it gives an array without dimensions one.
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    signed = {**metadata, "sha256": _digest(metadata, arrays)}
    write_atomic(path, _in_order(save(dict(arrays), metadata=signed)))


def _in_order(data: bytes) -> Iterator[bytes]:
    """Yield a safetensors file with its metadata sorted: the same content, the same file.

    The library leaves their order to chance. A file is the length of its header in 8 bytes, the
    header in JSON, padded with spaces, and the tensors.
    """
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    yield from (data[start : start + CHUNK] for start in range(end, len(data), CHUNK))


def read_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays and metadata of a file that `write_tensors` wrote.

    Raises:
        UserError: the file is missing, damaged or foreign. Nothing in it is ever executed.
    """
    with _opened(path) as file:
        metadata = dict(file.metadata() or {})
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if "sha256" not in metadata:
        raise UserError(f"{path} is a safetensors file, but not one that charlm wrote")
    if metadata["sha256"] != _digest(metadata, arrays):
        raise UserError(f"{path} is damaged: its content does not match its checksum")
    return arrays, metadata


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a safetensors file; what goes wrong with it becomes a `UserError`."""
    try:
        with safe_open(path, framework="numpy") as file:
            yield file
    except OSError as error:
        raise os_error(error, path) from error
    # TypeError and its like: numpy has no such type as bfloat16, and a foreign file may use it.
    except (SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UserError(f"{path} is not a model file, or a damaged one ({error})") from error


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


def read_model(path: Path, *kinds: str) -> ModelFile:
    """Read a model file, or the one in a run folder.

    Args:
        path: the file or folder.
        kinds: what it may hold a model of; by default anything.

    Raises:
        UserError: it is missing, damaged, or of another kind.
    """
    file = _model_file(path)
    weights, metadata = read_tensors(file)
    header = _header(metadata, file)
    check_header(header, kinds, file)
    if file != path:
        _check_beside(path, header, metadata.get("vocabulary", ""))
    floats = _floats(weights, file)
    return ModelFile(header["kind"], header["model"], metadata.get("vocabulary", ""), floats)


def kind_of(path: Path) -> str:
    """Return the kind of a model file, or of the one in a run folder, without reading its weights.

    Raises:
        UserError: it is missing, or no model file.
    """
    file = _model_file(path)
    with _opened(file) as tensors:
        header = _header(dict(tensors.metadata() or {}), file)
    check_header(header, (), file)
    return str(header["kind"])


def _model_file(path: Path) -> Path:
    """Return `path`, or the model file in it; raise `UserError` if there is none."""
    if not exists(path) or not path.is_dir():
        return path
    if not exists(path / MODEL):
        why = "its first evaluation is still to come" if exists(path / CONFIG) else "no run"
        raise UserError(f"{path} holds no {MODEL} ({why})")
    return path / MODEL


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


def exists(path: Path) -> bool:
    """Return whether `path` exists; raise `UserError` if the system does not tell."""
    try:
        return path.exists()
    except OSError as error:  # the name is too long, or in a folder that is closed to us
        raise os_error(error, path) from error


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
