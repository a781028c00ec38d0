"""Folders of texts, with and without classes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from corpora.labelled.texts import read

Row = dict[str, Any]
Write = Callable[..., Path]
Fails = Callable[..., str]


def folder_of(written: Write, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        written(data, f"reviews/{name}")
    return Path("reviews")


def test_a_folder_has_a_folder_for_each_class(
    fails: Fails, reviews: list[Row], written: Write
) -> None:
    files: dict[str, str | bytes] = {
        "pos/b.txt": "good",
        "pos/a.txt": "\ufeffbetter\r\n",
        "neg/a.TXT": "bad",
        "meh/a.txt": "",
        "pos/notes.md": "no",
        "readme.txt": "no",
        "unsup/a.txt": "whatever",
    }
    path = folder_of(written, files)
    (path / "pos" / "folder.txt").mkdir()
    (path / "empty").mkdir()
    found = read(str(path))
    assert found.name == "reviews"
    assert found.classes == ("meh", "neg", "pos")
    assert found.texts == ["", "bad", "better\n", "good"]
    assert found.labels.tolist() == [0, 1, 2, 2]
    assert read(str(path), classes=("neg", "pos", "meh")).labels.tolist() == [2, 0, 1, 1]
    fails(path, "'meh' is none of the classes neg, pos", classes=("neg", "pos"))
    every = read(str(path), labelled=False)
    assert sorted(every.texts) == ["", "bad", "better\n", "good", "no", "whatever"]
    assert set(every.labels.tolist()) == {-1}


def test_what_is_hidden_is_left_out(written: Write) -> None:
    files: dict[str, str | bytes] = {"pos/a.txt": "good", "neg/a.txt": "bad"}
    hidden: dict[str, str | bytes] = {"pos/._a.txt": b"\0\5\x16\xff", ".old/a.txt": "x"}
    path = folder_of(written, files | hidden)
    found = read(str(path))
    assert (found.classes, found.texts) == (("neg", "pos"), ["bad", "good"])
    assert read(str(path), labelled=False).texts == ["bad", "good"]
    assert read(str(path / ".old"), labelled=False).texts == ["x"]


def test_folders_that_do_not_fit(
    fails: Fails, texts: list[str], reviews: list[Row], written: Write
) -> None:
    path = folder_of(written, {"pos/a.txt": "good", "neg/a.md": "bad"})
    fails(path, "one class only, 'pos'")
    assert read(str(path), classes=("neg", "pos")).labels.tolist() == [1]
    fails(path / "pos", "no folders of .txt files")
    fails(path / "neg", "no folders of .txt files")
    fails(path / "neg", "holds no texts", labelled=False)
    written(b"\xff\xfe", "reviews/pos/b.txt")
    for labelled in (True, False):
        fails(path, r"pos/b\.txt is not utf-8: .*try --encoding utf-16$", labelled=labelled)
    written(b"a\0b", "reviews/pos/b.txt")
    fails(path, r"pos/b\.txt looks binary")
    (path / "pos" / "b.txt").unlink()
    (path / "pos" / "b.txt").symlink_to("nowhere")
    fails(path, r"cannot read .*pos/b\.txt: it does not exist")


def test_a_folder_that_holds_itself_is_read_once(written: Write) -> None:
    path = folder_of(written, {"pos/a.txt": "good"})
    (path / "pos" / "again").symlink_to(path.resolve())
    assert read(str(path), labelled=False).texts == ["good"]


def test_folders_without_a_name_of_their_own_get_it(
    reviews: list[Row], written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder_of(written, {"pos/a.txt": "good", "neg/a.txt": "bad"})
    monkeypatch.chdir(path)
    assert read(".").name == "reviews"
    assert read("..", labelled=False).name == "work"
    assert read("../reviews/").name == "reviews"


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Close `folder` even to the superuser."""
    folder.chmod(0o000)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def test_an_unreadable_folder_is_not_an_empty_one(fails: Fails) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        top = Path(temporary)
        for name in ("neg", "pos"):
            (top / name).mkdir()
            (top / name / "a.txt").write_text("a")
            (top / name).chmod(0o755)
        top.chmod(0o755)
        with unprivileged(top / "neg"):
            for labelled in (True, False):
                fails(top, "cannot read .*/neg: permission denied", labelled=labelled)
        with unprivileged(top / "neg" / "a.txt"):
            fails(top, r"cannot read .*/neg/a\.txt: permission denied")
        with unprivileged(top):
            fails(top / "neg", "cannot read .*: permission denied")
