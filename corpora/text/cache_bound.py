"""The bound of the cache of encoded texts: the least recently used entries beyond it are removed.

The time of the last access of KEY.npy says when an entry was last used.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpora.temporary import Freed

FORMAT = "charlm-ids 3"
"""Part of every key. It must change when the file layout or the normalisation of texts changes."""

MOST_BYTES = 2_000_000_000
"""Bound of the size of all entries together, in bytes.

An entry has the size of its text in most alphabets. The bound keeps twenty texts of the usual large
size (100 MB: enwik8, text8) and takes a small part of the disk of a laptop. A text that was removed
is made again: 100 MB take 1.5 s, instead of 0.1 s from the cache."""

_KEY = re.compile("[0-9a-f]{64}")
_SUFFIXES = (".json", ".npy")
"""Suffixes of the files of an entry, in the order in which they are removed."""
_WRITTEN_SECONDS = 3600.0
"""Age from which ids without a description are taken to be left by a killed process."""


def clean(folder: Path, *, everything: bool = False) -> Freed:
    """Remove entries that cannot be used and the least recently used ones beyond `MOST_BYTES`.

    Args:
        folder: the folder of the cache.
        everything: whether to remove all entries.

    Returns:
        The number and size of the entries that were removed.
    """
    freed = remove_first_format(folder)
    for entry in _list_entries(folder):
        if everything or entry.is_useless():
            freed += entry.remove()
    return freed + remove_beyond(folder)


def measure(folder: Path) -> Freed:
    """Return the number and size of all entries."""
    return sum((Freed(1, entry.bytes) for entry in _list_entries(folder)), Freed())


@dataclass(frozen=True)
class _Stored:
    """The files of an entry, complete or not."""

    folder: Path
    key: str
    bytes: int
    """Size of the files."""
    used: int
    """Time of the last use, in nanoseconds."""

    def remove(self) -> Freed:
        """Remove the files, as far as the system allows it."""
        removed = True
        for suffix in _SUFFIXES:
            try:
                (self.folder / f"{self.key}{suffix}").unlink(missing_ok=True)
            except OSError:
                removed = False
        return Freed(1, self.bytes) if removed else Freed()

    def is_useless(self) -> bool:
        """Return whether the entry is of an earlier format, damaged, or was never finished."""
        description = self.folder / f"{self.key}.json"
        try:
            found = json.loads(description.read_bytes())
        except FileNotFoundError:
            return time.time() - self.used / 1e9 > _WRITTEN_SECONDS
        except OSError:
            return False
        except (ValueError, RecursionError):
            return True
        name, _, version = str(found.get("format") if isinstance(found, dict) else "").partition(
            " "
        )
        mark, _, current = FORMAT.partition(" ")
        return name != mark or not version.isdecimal() or int(version) < int(current)


def _list_entries(folder: Path) -> list[_Stored]:
    sizes: dict[str, int] = {}
    used: dict[str, int] = {}
    with suppress(OSError):
        for file in list(os.scandir(folder)):
            key, suffix = os.path.splitext(file.name)  # noqa: PTH122  (of a name, not a path)
            if suffix in _SUFFIXES and _KEY.fullmatch(key):
                with suppress(OSError):
                    found = file.stat(follow_symlinks=False)
                    sizes[key] = sizes.get(key, 0) + found.st_size
                    # Reading KEY.json to find old formats is no use of the entry.
                    if suffix == ".npy" or key not in used:
                        used[key] = found.st_atime_ns
    return [_Stored(folder, key, size, used[key]) for key, size in sizes.items()]


def remove_beyond(folder: Path, keep: str = "") -> Freed:
    """Remove the least recently used entries until the others fit into `MOST_BYTES`.

    The entry `keep` and the one that was used last stay, however large they are.
    """
    entries = sorted(_list_entries(folder), key=lambda entry: (entry.key == keep, entry.used))
    total = sum(entry.bytes for entry in entries)
    freed = Freed()
    for entry in entries[:-1]:
        if total - freed.bytes <= MOST_BYTES:
            break
        freed += entry.remove()
    return freed


def remove_first_format(folder: Path) -> Freed:
    """Remove entries of format 1 (KEY.ids and KEY.json), which can never be read again."""
    freed = Freed()
    with suppress(OSError):
        for path in list(folder.glob("*.ids")):
            size = path.stat().st_size
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            freed += Freed(1, size)
    return freed
