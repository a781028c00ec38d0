"""The data of a form: can it be there, and is it here? This module uses no screen."""

from __future__ import annotations

from pathlib import Path

from charlm.runs.files import exists
from corpora.errors import UserError
from corpora.known.catalog import CATALOG, Entry
from corpora.known.resolve import resolve
from corpora.places import cache_dir, mirror_dir
from tui.train.process import find_source
from tui.train.task import Task

LARGEST_DATA = 50_000_000
"""Bytes of data that are read for an estimate."""
FOLDERS = {
    "imdb": ("datasets", "imdb/train.parquet"),
    "simple": ("corpora/scan_simple_train.txt", "scan/simple_split/tasks_train_simple.txt"),
}
"""Where data that is no entry of a catalogue lies: in the cache, and in the mirror."""


def check_source(task: Task, source: str) -> None:
    """Raise UserError unless the data of a task can be there."""
    typed = source.strip()
    if not typed:
        known = " or a known name" if task.sources else ""
        raise UserError(f"enter what to train on: a file{',' if known else ' or'} a folder{known}")
    if not task.takes_files or typed in task.sources:
        return
    path = Path(find_source(typed, task.sources)).expanduser()
    if exists(path):
        return
    if task.name == "text":
        resolve(typed, make=False)  # it says which names are like this one
    known = f"; known by name: {', '.join(task.sources)}" if task.sources else ""
    raise UserError(f"there is no file or folder {typed!r}{known}")


def is_here(task: Task, source: str) -> bool:
    """Return whether the data can be read without a download.

    Raises:
        UserError: it is too large to be looked at before the start.
    """
    typed, mirror = source.strip(), mirror_dir()
    if typed in task.made:
        return True
    if typed not in task.sources:
        check_size(Path(find_source(typed, ())).expanduser())
        return True
    if typed in FOLDERS:
        cached, mirrored = FOLDERS[typed]
        places, copies = [cached], [mirrored]
    else:
        entry = find_entry(typed)
        if any(one.packaged for one in entry.sources):
            return True
        places = [f"corpora/{entry.name}.txt"]
        copies = [one.mirror for one in entry.sources if one.mirror]
    found = [cache_dir() / place for place in places]
    found += [mirror / copy for copy in copies if mirror is not None]
    return any(place.exists() for place in found)


def find_entry(name: str) -> Entry:
    """Return the entry of the text or series that is called `name`."""
    from corpora.series.known import KNOWN

    return CATALOG[name] if name in CATALOG else KNOWN[name].entry


def check_size(path: Path) -> None:
    """Raise UserError if a file, or the files of a folder, are too large to be looked at."""
    total = 0
    for one in path.rglob("*") if path.is_dir() else [path]:
        total += one.stat().st_size if one.is_file() else 0
        if total > LARGEST_DATA:
            raise UserError(f"over {LARGEST_DATA // 10**6} MB: time and size show at the start")
