"""The cache of encoded texts: KEY.npy holds the ids, KEY.json their meaning and a checksum.

KEY.json is written last, so it confirms that KEY.npy is complete. Still, an entry is used only if
all of it fits together.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpora.atomic import write_atomic
from corpora.errors import UserError
from corpora.places import CACHE_ADVICE
from corpora.text.vocabulary import Vocabulary

FORMAT = "charlm-ids 2"
"""Part of every key. It must change when the file layout or the normalisation of texts changes."""

_READ_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Description:
    """The content of KEY.json."""

    vocabulary: str
    """JSON of the vocabulary."""
    length: int
    """Number of ids."""
    sha256: str
    """Digest of the UTF-8 of the normalised text."""
    crc32: int
    """Checksum of KEY.npy; it detects files that were cut or filled with zeros."""
    format: str = FORMAT
    """Format and version of the entry."""


def store(
    folder: Path,
    key: str,
    ids: Iterable[npt.NDArray[Any]],
    length: int,
    vocabulary: Vocabulary,
    sha256: str,
) -> None:
    """Write both files of an entry, each atomically, and remove entries of the old format.

    Args:
        folder: the folder of the cache.
        key: the name of the entry.
        ids: the ids, in pieces.
        length: the number of ids of all pieces.
        vocabulary: the vocabulary of the ids.
        sha256: the digest of the text.

    Raises:
        UserError: the operating system refuses.
    """
    crc = 0

    def encode() -> Iterator[bytes]:
        nonlocal crc
        pieces = (piece.astype(vocabulary.dtype).tobytes() for piece in ids)
        for data in chain([_header(vocabulary, length)], pieces):
            crc = zlib.crc32(data, crc)
            yield data

    write_atomic(folder / f"{key}.npy", encode(), advice=CACHE_ADVICE)
    description = Description(
        vocabulary=vocabulary.to_json(), length=length, sha256=sha256, crc32=crc
    )
    data = json.dumps(asdict(description)).encode("ascii")
    write_atomic(folder / f"{key}.json", data, advice=CACHE_ADVICE)
    _remove_old_entries(folder)


def load(folder: Path, key: str) -> tuple[npt.NDArray[Any], Vocabulary, str] | None:
    """Load an entry.

    Returns:
        The ids (memory-mapped, read-only, shape (T,)), the vocabulary and the digest of the text;
        None if there is no such entry or anything about it is wrong.
    """
    path = folder / f"{key}.npy"
    try:
        description = Description(**json.loads((folder / f"{key}.json").read_bytes()))
        vocabulary = Vocabulary.from_json(description.vocabulary)
        if description.format != FORMAT or not isinstance(description.sha256, str):
            return None
        if not _has_ids(path, vocabulary, description.length):
            return None
        if _crc32(path) != description.crc32:
            return None
        ids = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, RecursionError, UserError):
        return None
    return ids, vocabulary, description.sha256


def _header(vocabulary: Vocabulary, length: int) -> bytes:
    """Return the beginning of a .npy file of `length` ids."""
    array = {
        "descr": np.lib.format.dtype_to_descr(vocabulary.dtype),
        "fortran_order": False,
        "shape": (length,),
    }
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, array)
    return header.getvalue()


def _has_ids(path: Path, vocabulary: Vocabulary, length: int) -> bool:
    """Return whether a .npy file has exactly the header and the size of `length` ids.

    This refuses every other type, shape and order, and pickles, before NumPy parses anything.
    """
    header = _header(vocabulary, length)
    with path.open("rb") as file:
        if file.read(len(header)) != header:
            return False
        return file.seek(0, io.SEEK_END) == len(header) + length * vocabulary.dtype.itemsize


def _crc32(path: Path) -> int:
    """Return the checksum of a file.

    Pages of a memory map would count as memory in use, so the file is read in pieces.
    """
    crc = 0
    with path.open("rb") as file:
        while data := file.read(_READ_BYTES):
            crc = zlib.crc32(data, crc)
    return crc


def _remove_old_entries(folder: Path) -> None:
    """Remove entries of format 1 (KEY.ids and KEY.json), which can never be read again."""
    with suppress(OSError):
        for path in list(folder.glob("*.ids")):
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
