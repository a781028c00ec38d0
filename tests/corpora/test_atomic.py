import os
import subprocess
import sys
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
