"""What living processes use stays; what dead ones left goes."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpora import temporary
from corpora.known.clean import clean
from corpora.known.resolve import resolve
from corpora.places import cache_dir
from corpora.temporary import (
    Freed,
    open_download_folder,
    remove_left_downloads,
    remove_left_files,
    remove_left_spools,
)

ROOT = Path(temporary.__file__).resolve().parents[1]

SPOOL = "from corpora.known.resolve import resolve\ncorpus = resolve('-')\n"
DOWNLOAD = (
    "from corpora.temporary import open_download_folder\nfrom pathlib import Path\n"
    "opened = open_download_folder(Path('.'))\nfolder = opened.__enter__()\n"
    "(folder / 'raw').write_bytes(bytes(1000))\n"
)


@pytest.fixture(autouse=True)
def temp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The system's temporary folder, for this process and those that it starts."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return folder


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    found: list[subprocess.Popen[bytes]] = []
    yield found
    for process in found:
        process.kill()
        process.communicate()


def start(program: str, processes: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a program on standard input, and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{program}print('ready', flush=True); import time; time.sleep(99)"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    processes.append(process)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"piped text" * 100)
    process.stdin.close()
    process.stdin = None
    assert process.stdout.readline() == b"ready\n"
    return process


def make_old(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (time.time() - 3600,) * 2)


@pytest.mark.wide
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_standard_input_that_a_dead_process_kept(
    temp: Path, processes: list[subprocess.Popen[bytes]], end: signal.Signals
) -> None:
    process = start(SPOOL, processes)
    (left,) = temp.iterdir()
    assert left.stat().st_mode & 0o777 == 0o600
    mine = temp / "charlm-holidays.txt"
    mine.write_text("my own file")
    make_old(left, mine)
    assert remove_left_spools() == Freed(), "its process lives"
    process.send_signal(end)
    process.wait()
    corpus = resolve("-", stdin=io.BytesIO(b"text"))
    assert not left.exists()
    assert {*temp.iterdir()} == {mine, *corpus.files}
    make_old(*corpus.files)
    assert remove_left_spools() == Freed()
    assert corpus.files[0].read_bytes() == b"text"
    del corpus
    gc.collect()
    assert {*temp.iterdir()} == {mine}


def test_the_end_of_a_process_removes_its_standard_input(temp: Path) -> None:
    for program in (SPOOL, SPOOL + "raise KeyboardInterrupt"):
        subprocess.run(
            [sys.executable, "-c", program], input=b"text", stderr=subprocess.DEVNULL, check=False
        )
        assert list(temp.iterdir()) == []


def test_downloads_that_a_dead_process_left(processes: list[subprocess.Popen[bytes]]) -> None:
    process = start(DOWNLOAD, processes)
    (left,) = Path().iterdir()
    others = [Path(".download-"), Path(".download-of mine"), Path("download-abcdefgh")]
    for other in others:
        other.mkdir()
    outside = Path("outside")
    outside.mkdir()
    (outside / "kept").touch()
    link = Path(".download-abcdefgh")
    link.symlink_to(outside)
    make_old(left, outside, *others)
    assert remove_left_downloads(Path()) == Freed(), "its process lives"
    process.kill()
    process.wait()
    new = Path(".download-a_new_01")
    new.mkdir()
    with open_download_folder(Path()) as folder:
        assert not left.exists()
        make_old(folder)
        assert remove_left_downloads(Path()) == Freed()
    assert {*Path().iterdir()} == {*others, outside, link, new}
    assert (outside / "kept").exists()
    make_old(new)
    assert remove_left_downloads(Path()) == Freed(1, 0)


def test_only_files_of_atomic_writing_are_removed() -> None:
    token = "0123456789abcdef"
    names = [f".a.txt.{token}.tmp", f".b.{token}.tmp", f".b.{token}.tmp~", ".tmp", ".c.tmp"]
    for name in names:
        Path(name).write_bytes(b"12345")
        make_old(Path(name))
    fresh = Path(f".d.{token}.tmp")
    fresh.touch()
    assert remove_left_files(Path()) == Freed(2, 10)
    assert {path.name for path in Path().iterdir()} == {*names[2:], fresh.name}
    assert remove_left_files(Path("missing")) == Freed()


def test_cleaning_finds_all_of_them(processes: list[subprocess.Popen[bytes]], temp: Path) -> None:
    texts, ids = cache_dir() / "corpora", cache_dir() / "ids"
    for folder in (texts, ids):
        folder.mkdir(parents=True)
        (folder / ".x.0123456789abcdef.tmp").write_bytes(bytes(10))
        make_old(folder / ".x.0123456789abcdef.tmp")
    start(SPOOL, processes).kill()
    download = texts / ".download-abcdefgh"
    download.mkdir()
    (download / "raw").write_bytes(bytes(100))
    (texts / "rain.txt").write_bytes(b"a downloaded text")
    processes[0].wait()
    make_old(download, *temp.iterdir())
    cleaned = clean(everything=True)
    assert cleaned.temporary == Freed(4, 1000 + 100 + 20)
    assert cleaned.texts == cleaned.kept == Freed()
    assert list(texts.iterdir()) == [texts / "rain.txt"]
    assert list(temp.iterdir()) == list(ids.iterdir()) == []
