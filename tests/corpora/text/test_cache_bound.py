"""The cache stays within its bound, and keeps nothing that cannot be used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.known.resolve import encode
from corpora.places import cache_dir
from corpora.text import cache_bound

Write = Callable[..., Path]

STORY = "It rained on the tête-à-tête.\nNobody minded.\n"


def entries() -> list[Path]:
    return sorted((cache_dir() / "ids").iterdir())


def used(name: str, seconds_ago: float) -> Path:
    """Encode a file of 1,000 different characters, used so long ago; return its ids."""
    text = encode(name)
    path = Path(text.ids.filename)  # type: ignore[attr-defined]
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
    return path


@pytest.fixture
def three(written: Write) -> list[Path]:
    """The ids of three texts, the least recently used first."""
    for number in range(3):
        written("".join(map(chr, range(33 + number, 1033 + number))), f"{number}.txt")
    return [used("1.txt", 300), used("0.txt", 200), used("2.txt", 100)]


def size(*paths: Path) -> int:
    return sum(one.stat().st_size for path in paths for one in (path, path.with_suffix(".json")))


def test_the_least_recently_used_entries_make_room(
    three: list[Path], written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_bound, "MOST_BYTES", size(*three) + 100)
    encode("1.txt")  # used again, so it is now the last one
    written("".join(map(chr, range(50, 1050))), "new.txt")
    new = used("new.txt", 0)
    assert [path.exists() for path in (*three, new)] == [True, False, True, True]
    assert not three[1].with_suffix(".json").exists()
    # The newest one stays, however large it is; a small bound removes all others.
    monkeypatch.setattr(cache_bound, "MOST_BYTES", 10)
    written("".join(map(chr, range(70, 1070))), "last.txt")
    last = used("last.txt", 1000)
    assert entries() == [last.with_suffix(".json"), last]
    assert encode("last.txt").ids[3] == 3


def test_loading_notes_the_use_and_does_not_need_to(
    three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = three[0].stat().st_mtime
    encode("1.txt")
    assert time.time() - three[0].stat().st_atime < 50
    assert three[0].stat().st_mtime == changed

    def refuse(*args: object, **about: object) -> None:
        raise PermissionError(1, "not yours")

    monkeypatch.setattr(os, "utime", refuse)
    assert len(encode("1.txt")) == 1000


def test_cleaning_removes_what_cannot_be_used(
    three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = three[0].parent
    whole = size(*three)
    assert cache_bound.clean(folder) == cache_bound.Freed()
    assert cache_bound.measure(folder) == cache_bound.Freed(3, whole)
    description = three[0].with_suffix(".json")
    description.write_text(description.read_text().replace("charlm-ids 3", "charlm-ids 2"))
    three[2].with_suffix(".json").write_text("[" * 100_000)
    keys = ["0" * 64, "1" * 64, "2" * 64]
    for key, age in zip(keys, (0, 4000, 0), strict=True):
        (folder / f"{key}.npy").write_bytes(b"unfinished")
        os.utime(folder / f"{key}.npy", (time.time() - age,) * 2)
    (folder / f"{keys[2]}.json").write_text('{"format": "charlm-ids 4", "of": "a later version"}')
    for name in ("mine.npy", "mine.json", "notes.txt"):
        (folder / name).write_bytes(b"no entry")
    freed = cache_bound.clean(folder)
    assert freed.count == 3
    assert freed.bytes > 100_000
    kept = [f"{keys[0]}.npy", f"{keys[2]}.json", f"{keys[2]}.npy"]
    kept += [three[1].with_suffix(".json").name, three[1].name]
    kept += ["mine.json", "mine.npy", "notes.txt"]
    assert [path.name for path in entries()] == sorted(kept)
    monkeypatch.setattr(cache_bound, "MOST_BYTES", 10)
    assert cache_bound.clean(folder).count == 2
    cache_bound.clean(folder, everything=True)
    assert [path.name for path in entries()] == ["mine.json", "mine.npy", "notes.txt"]
    assert cache_bound.clean(folder / "missing", everything=True) == cache_bound.Freed()


def test_what_a_killed_process_left_is_removed_with_the_next_text(written: Write) -> None:
    encode(str(written(STORY)))
    left = cache_dir() / "ids" / f".{'a' * 64}.npy.0123456789abcdef.tmp"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    encode(str(written(STORY[1:])))
    assert not left.exists()
