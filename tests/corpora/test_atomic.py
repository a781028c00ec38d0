from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpora.atomic import write_atomic
from corpora.errors import UserError


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest.mark.parametrize("data", [[], [b""], [b"bytes"], [b"one", b"", b"two"]])
def test_the_file_holds_exactly_the_data(tmp_path: Path, data: list[bytes]) -> None:
    path = tmp_path / "new" / "folder" / "file"
    for given in (b"".join(data), data, iter(data)):
        write_atomic(path, given)
        assert path.read_bytes() == b"".join(data)
        assert names(path.parent) == ["file"]


@pytest.mark.parametrize("failure", [ValueError, UserError, KeyboardInterrupt])
def test_a_failure_passes_through_and_leaves_the_old_content_alone(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "work" / "file"
    path.write_bytes(b"old")

    def broken() -> Iterator[bytes]:
        yield b"new"
        raise failure

    with pytest.raises(failure):
        write_atomic(path, broken())
    assert path.read_bytes() == b"old"
    assert names(path.parent) == ["file"]


def test_a_kill_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "work" / "file"
    path.write_bytes(b"old")
    program = (
        "import os, sys; from pathlib import Path; from corpora.atomic import write_atomic\n"
        "def data():\n"
        "    yield b'x' * 100_000\n"
        "    os._exit(9)\n"
        "write_atomic(Path(sys.argv[1]), data())\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False)
    assert done.returncode == 9
    assert path.read_bytes() == b"old"


def test_the_system_refusing_is_a_line_with_the_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match=r"cannot write .*inside.*; set CHARLM_X"):
        write_atomic(tmp_path / "file" / "inside", b"data", advice="set CHARLM_X")


def test_a_full_disk_is_a_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="the disk is full; free some space"):
        write_atomic(tmp_path / "work" / "file", b"data")
    assert names(tmp_path / "work") == []


def test_the_file_is_as_readable_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "file", b"shared")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files and folders that are flushed to the disk, in order."""
    found: list[Path] = []
    real = os.fsync

    def note(handle: int) -> None:
        found.append(Path(f"/proc/self/fd/{handle}").readlink())
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux")
def test_the_file_its_folder_and_new_folders_are_flushed(
    tmp_path: Path, synced: list[Path]
) -> None:
    path = tmp_path / "new" / "folder" / "file"
    write_atomic(path, b"data")
    assert {tmp_path, tmp_path / "new", tmp_path / "new" / "folder"} <= set(synced)
    (temporary,) = (one for one in synced if one.name.endswith(".tmp"))
    # First the bytes; the folder last, when the file has its name.
    assert synced.index(temporary) < len(synced) - 1
    assert synced[-1] == path.parent
    synced.clear()
    write_atomic(path, b"more")
    assert [one for one in synced if one.is_dir()] == [path.parent]


def test_a_system_that_cannot_flush_folders_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def refuse(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no folders")
        real(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    write_atomic(tmp_path / "file", b"data")
    assert (tmp_path / "file").read_bytes() == b"data"


def test_a_failing_disk_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "the disk fails")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match="file"):
        write_atomic(tmp_path / "file", b"data")
    assert not (tmp_path / "file").exists()


def leave(folder: Path, name: str, age: float = 3600.0) -> Path:
    path = folder / name
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_only_what_a_dead_process_left_for_this_file_is_removed(tmp_path: Path) -> None:
    token = "0123456789abcdef"
    left = leave(tmp_path, f".file.{token}.tmp")
    others = [
        leave(tmp_path, f".file.{token}.tmp.mine"),
        leave(tmp_path, ".file.tmp"),
        leave(tmp_path, f".other.{token}.tmp"),
        leave(tmp_path, f".file.{token[:-1]}0.tmp", age=1.0),
    ]
    link = tmp_path / f".file.{token[:-1]}1.tmp"
    link.symlink_to(others[0])
    write_atomic(tmp_path / "file", b"data")
    assert not left.exists()
    assert all(path.exists() for path in (*others, link))


def test_what_a_living_process_writes_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "alone" / "file"

    def slowly() -> Iterator[bytes]:
        yield b"one"
        (temporary,) = path.parent.glob(".file.*.tmp")
        os.utime(temporary, (0, 0))
        program = (
            "import sys; from pathlib import Path; from corpora.atomic import write_atomic\n"
            "write_atomic(Path(sys.argv[1]), b'other')\n"
        )
        root = Path(__file__).resolve().parents[2]
        subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=True)
        assert path.read_bytes() == b"other"
        yield b"two"

    write_atomic(path, slowly())
    assert path.read_bytes() == b"onetwo"
    assert names(path.parent) == ["file"]
