"""Encoded texts on the disk: KEY.ids, the ids as raw numbers, and KEY.json, what they mean.

KEY.json is written last, so it vouches for KEY.ids; still, nothing is believed that does not fit.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpora.atomic import write_atomic
from corpora.errors import UserError
from corpora.places import CACHE_ADVICE
from corpora.text.vocabulary import Vocabulary

FORMAT = "charlm-ids 1"
"""Part of every key: it changes with the files' layout and with what normalisation does."""

_READ_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Description:
    """What KEY.json holds."""

    vocabulary: str
    """The JSON of the vocabulary."""
    length: int
    """How many ids there are."""
    dtype: str
    """NumPy's name of their type, byte order included."""
    sha256: str
    """Digest of the UTF-8 of the normalised text."""
    crc32: int
    """Checksum of KEY.ids, against disks that lie and files that were cut or filled with zeros."""
    format: str = FORMAT


def store(
    folder: Path, key: str, ids: Iterable[npt.NDArray[Any]], vocabulary: Vocabulary, sha256: str
) -> None:
    """Write both files of an entry, each atomically. Raises UserError if the disk refuses."""
    length = crc = 0

    def raw() -> Iterator[bytes]:
        nonlocal length, crc
        for piece in ids:
            data = piece.astype(vocabulary.dtype).tobytes()
            length += len(piece)
            crc = zlib.crc32(data, crc)
            yield data

    write_atomic(folder / f"{key}.ids", raw(), advice=CACHE_ADVICE)
    description = Description(
        vocabulary=vocabulary.to_json(),
        length=length,
        dtype=vocabulary.dtype.str,
        sha256=sha256,
        crc32=crc,
    )
    data = json.dumps(asdict(description)).encode("ascii")
    write_atomic(folder / f"{key}.json", data, advice=CACHE_ADVICE)


def load(folder: Path, key: str) -> tuple[npt.NDArray[Any], Vocabulary, str] | None:
    """The ids (memory-mapped, read-only, shape (T,)), the vocabulary and the text's sha256.

    None if there is no such entry or anything about it is wrong.
    """
    path = folder / f"{key}.ids"
    try:
        description = Description(**json.loads((folder / f"{key}.json").read_bytes()))
        vocabulary = Vocabulary.from_json(description.vocabulary)
        expected = (FORMAT, vocabulary.dtype.str, vocabulary.dtype.itemsize * description.length)
        found = (description.format, description.dtype, path.stat().st_size)
        if found != expected or _crc32(path) != description.crc32:
            return None
        if not isinstance(description.sha256, str):
            return None
        ids = np.memmap(path, vocabulary.dtype, mode="r")
    except (OSError, ValueError, TypeError, RecursionError, UserError):
        return None
    return ids, vocabulary, description.sha256


def _crc32(path: Path) -> int:
    """Read like any file: pages touched through a memory map would count as memory in use."""
    crc = 0
    with path.open("rb") as file:
        while data := file.read(_READ_BYTES):
            crc = zlib.crc32(data, crc)
    return crc
