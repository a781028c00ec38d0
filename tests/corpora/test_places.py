"""Where texts lie: in the package, the mirror, the cache, or where they were placed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.errors import UserError
from corpora.known import catalog
from corpora.known.fetch import fetch, place
from corpora.places import cache_dir, mirror_dir

Read = Callable[..., str]


def test_the_packaged_text_needs_neither_mirror_nor_cache(read_text: Read) -> None:
    path = fetch("sample")
    assert read_text(path)
    assert not cache_dir().exists()


def test_placing(tmp_path: Path, read_text: Read) -> None:
    target = tmp_path / "new" / "corpora" / "sample.txt"
    assert place("sample", target) == target
    assert read_text(target) == read_text(fetch("sample"))
    assert [p.name for p in target.parent.iterdir()] == ["sample.txt"]


def test_placing_again_changes_nothing(tmp_path: Path) -> None:
    target = place("sample", tmp_path)
    assert target == tmp_path / "sample.txt"
    crlf = target.read_bytes().replace(b"\n", b"\r\n")
    target.write_bytes(crlf)
    assert place("sample", target) == target
    assert target.read_bytes() == crlf


@pytest.mark.parametrize("content", [b"", b"my notes", b"\xff\0"])
def test_nothing_else_is_overwritten(tmp_path: Path, content: bytes) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_bytes(content)
    (tmp_path / "sample.txt").write_bytes(content)
    (tmp_path / "link").symlink_to(notes)
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    names = ("notes.txt", "link", "dangling", "pipe", "sample.txt", "")
    for name in names:
        shown = tmp_path / (name or "sample.txt")
        with pytest.raises(UserError, match=rf"^{shown} exists already; remove it, or name anot"):
            place("sample", tmp_path / name)
    assert notes.read_bytes() == (tmp_path / "sample.txt").read_bytes() == content
    with pytest.raises(UserError, match="the name is too long"):
        place("sample", tmp_path / ("x" * 5000))


def test_the_mirror_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert mirror_dir() == tmp_path / "mirror"
    monkeypatch.setenv("CHARLM_MIRROR", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match=r"CHARLM_MIRROR names .*nowhere, which is not a folder"):
        mirror_dir()
    monkeypatch.delenv("CHARLM_MIRROR")
    beside = Path(catalog.__file__).resolve().parents[3] / "shared" / "data"
    assert mirror_dir() == (beside if beside.is_dir() else None)


def test_the_cache_is_the_users_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARLM_CACHE")
    assert "charlm" in cache_dir().parts


@pytest.mark.parametrize(
    ("variable", "find"), [("CHARLM_CACHE", cache_dir), ("CHARLM_MIRROR", mirror_dir)]
)
def test_the_home_folder_of_nobody_is_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, find: Callable[[], object]
) -> None:
    monkeypatch.setenv(variable, "~nosuchuser/x")
    with pytest.raises(UserError, match=f"^{variable} names ~nosuchuser/x, and there is no such"):
        find()


def test_the_home_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CHARLM_CACHE", "~/mine")
    assert cache_dir() == tmp_path / "mine"


def test_importing_loads_nothing_heavy_and_asks_nothing() -> None:
    program = (
        "import sys, corpora.text.encoded\n"
        "heavy = {'torch', 'rich', 'textual', 'pooch', 'requests', 'platformdirs', 'datasets'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    root = Path(catalog.__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == []
