"""The official files of the simple split, which was drawn at random and follows from no rule."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from corpora.errors import os_error
from corpora.known.catalog import Entry, Source
from corpora.known.fetch import fetch_entry
from corpora.notice import Notice, silent
from corpora.places import cache_dir, mirror_dir
from corpora.scan.grammar import Pair

REPOSITORY = (
    "https://raw.githubusercontent.com/brendenlake/SCAN/c4b756cbc010d75c912f16c42c8f15dc6b7e6c8f"
)
"""Address of the official repository at a fixed commit."""

_SHA256 = {
    "train": "941bb8a088c5f53ceff12fde902dc008933cf0c4203cc672c47b5f79d73262dd",
    "test": "1fe1c8f5a19d0dc40e41bab94278f45f66f3dc415a978bd29855a23440610fc6",
}


def load_official(part: Literal["train", "test"], notice: Notice = silent) -> tuple[Pair, ...]:
    """Load a part of the official simple split, in the order of its file.

    Args:
        part: the part.
        notice: takes a line for the user; see `fetch_entry`.

    Raises:
        UserError: the file is not the official one.
        Unavailable: the file is in neither the mirror nor the cache and cannot be downloaded.
    """
    path = fetch_entry(_entry(part), notice=notice)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise os_error(error, path) from error
    return tuple(map(parse_pair, lines))


def is_at_hand(part: Literal["train", "test"]) -> bool:
    """Return whether a part can be loaded without the network: from the mirror or the cache."""
    entry, mirror = _entry(part), mirror_dir()
    if mirror is not None and (mirror / str(entry.sources[0].mirror)).is_file():
        return True
    try:
        cached = (cache_dir() / "corpora" / f"{entry.name}.txt").read_bytes()
    except OSError:
        return False
    return sha256(cached).hexdigest() == _SHA256[part]


def parse_pair(line: str) -> Pair:
    """Parse a line of an official file, such as `IN: jump twice OUT: I_JUMP I_JUMP`."""
    command, _, actions = line.removeprefix("IN:").partition("OUT:")
    return Pair(tuple(command.split()), tuple(actions.split()))


def _entry(part: str) -> Entry:
    path = f"simple_split/tasks_{part}_simple.txt"
    return Entry(
        name=f"scan_simple_{part}",
        title=f"SCAN, simple split, {part} (Lake and Baroni 2018)",
        language="en",
        licence="BSD",
        sources=(
            Source(
                url=f"{REPOSITORY}/{path}",
                mirror=f"scan/{path}",
                sha256=_SHA256[part],
            ),
        ),
    )
