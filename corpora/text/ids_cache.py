"""The cache of encoded texts: KEY.npy holds the ids, KEY.json their meaning and a checksum.

KEY.json is written last, so it confirms that KEY.npy is complete. Still, an entry is used only if
all of it fits together. The size of all entries is bounded; see `corpora.text.cache_bound`.
"""

from __future__ import annotations

import io
import json
import os
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpora.atomic import write_atomic
from corpora.errors import UserError
from corpora.places import CACHE_ADVICE
from corpora.temporary import remove_left_files
from corpora.text.cache_bound import FORMAT, remove_beyond, remove_first_format
from corpora.text.vocabulary import Vocabulary

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
    lost: list[int] = field(default_factory=list)
    """Number of bytes of each file that did not decode; empty if there are none."""
    format: str = FORMAT
    """Format and version of the entry."""


@dataclass(frozen=True)
class Entry:
    """An entry of the cache."""

    ids: npt.NDArray[Any]
    """Ids, memory-mapped, read-only, of shape (T,). All of them are ids of `vocabulary`."""
    vocabulary: Vocabulary
    """The vocabulary of the ids."""
    sha256: str
    """Digest of the UTF-8 of the normalised text."""
    lost: list[int]
    """Number of bytes of each file that did not decode; empty if there are none."""


def store(
    folder: Path,
    key: str,
    ids: Iterable[npt.NDArray[Any]],
    *,
    length: int,
    vocabulary: Vocabulary,
    sha256: str,
    lost: list[int],
) -> None:
    """Write both files of an entry, each atomically.

    Then remove what killed processes left, entries of format 1, and the least recently used entries
    beyond `cache_bound.MOST_BYTES`.

    Args:
        folder: the folder of the cache.
        key: the name of the entry.
        ids: the ids, in pieces.
        length: the number of ids of all pieces.
        vocabulary: the vocabulary of the ids.
        sha256: the digest of the text.
        lost: the number of bytes of each file that did not decode.

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
        vocabulary=vocabulary.to_json(), length=length, sha256=sha256, crc32=crc, lost=lost
    )
    data = json.dumps(asdict(description)).encode("ascii")
    write_atomic(folder / f"{key}.json", data, advice=CACHE_ADVICE)
    remove_left_files(folder)
    remove_first_format(folder)
    remove_beyond(folder, keep=key)


def load(folder: Path, key: str) -> Entry | None:
    """Load an entry, and note that it is used now.

    The ids are checked while the file is read once, and then mapped into memory. No check helps
    against a program that cuts the file while it is mapped: the system then ends this process with
    the signal SIGBUS as soon as it reads beyond the new end.

    Returns:
        The entry; None if there is no such entry or anything about it is wrong.
    """
    path = folder / f"{key}.npy"
    try:
        description = Description(**json.loads((folder / f"{key}.json").read_bytes()))
        vocabulary = Vocabulary.from_json(description.vocabulary)
        if description.format != FORMAT or not isinstance(description.sha256, str):
            return None
        if not _are_counts(description.lost):
            return None
        if not _has_ids(path, vocabulary, description.length):
            return None
        if _compute_crc32(path, vocabulary, description.length) != description.crc32:
            return None
        ids = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, RecursionError, UserError):
        return None
    with suppress(OSError):  # a cache that several people share may not be writable
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
    return Entry(ids, vocabulary, description.sha256, description.lost)


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


def _are_counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(n) is int and 0 <= n < 1 << 63 for n in values)


def _compute_crc32(path: Path, vocabulary: Vocabulary, length: int) -> int | None:
    """Return the checksum of a .npy file; None if an id in it is not one of the vocabulary.

    Pages of a memory map would count as memory in use, so the file is read in pieces. To look for
    the largest id of a piece takes a small part of the time of the checksum.
    """
    with path.open("rb") as file:
        crc = zlib.crc32(file.read(len(_header(vocabulary, length))))
        # An even number of bytes: no piece ends inside of an id.
        while data := file.read(_READ_BYTES):
            crc = zlib.crc32(data, crc)
            if np.frombuffer(data, vocabulary.dtype).max() >= len(vocabulary):
                return None
    return crc
