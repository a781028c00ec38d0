"""Tensors in a file: safetensors, written atomically, read safely, checked by digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from charlm.runs.files import check_regular
from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error

CHUNK = 1 << 20


Arrays = Mapping[str, np.ndarray]


def _digest(metadata: Mapping[str, str], arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(metadata.items()):
        if name != "sha256":
            digest.update(f"{name}\0{text}\0".encode("utf-8", "surrogatepass"))
    for name, array in sorted(arrays.items()):
        digest.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        # As bytes: NumPy hands out no buffer of a type that another library has registered.
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def write_tensors(
    path: Path, arrays: Arrays, metadata: Mapping[str, str], *, keep: Path | None = None
) -> None:
    """Write `arrays` and `metadata` with their digest by `write_atomic`; `keep` is its argument."""
    # Not ascontiguousarray: it gives an array without dimensions one.
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    signed = {**metadata, "sha256": _digest(metadata, arrays)}
    write_atomic(path, _in_order(save(dict(arrays), metadata=signed)), keep=keep)


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


def read_tensors(
    path: Path, *, follow: bool = False
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays and metadata of a file that `write_tensors` wrote.

    Raises:
        UserError: the file is missing, damaged or foreign. Nothing in it is ever executed.
    """
    with open_tensors(path, follow=follow) as file:
        metadata = dict(file.metadata() or {})
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if "sha256" not in metadata:
        raise UserError(f"{path} is a safetensors file, but not one that charlm wrote")
    if metadata["sha256"] != _digest(metadata, arrays):
        raise UserError(f"{path} is damaged: its content does not match its checksum")
    return arrays, metadata


@contextmanager
def open_tensors(path: Path, *, follow: bool = False) -> Iterator[Any]:
    """Open a safetensors file; what goes wrong with it becomes a `UserError`.

    Args:
        path: the file, a regular one.
        follow: open it through a symbolic link, too; see `open_regular`.
    """
    try:
        check_regular(path, follow=follow)
        with safe_open(path, framework="numpy") as file:
            yield file
    except OSError as error:
        raise os_error(error, path) from error
    # TypeError and its like: numpy has no such type as bfloat16, and a foreign file may use it.
    except (SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UserError(f"{path} is not a model file, or a damaged one ({error})") from error
