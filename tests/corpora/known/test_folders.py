"""Which files of a folder are its text."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.errors import UserError
from corpora.known.resolve import encode, resolve

Write = Callable[..., Path]
Read = Callable[..., str]

BINARY = b"\x89PNG\r\n\x00\x1a"


def names(spec: str, **how: object) -> list[str]:
    return [path.relative_to(spec).as_posix() for path in resolve(spec, **how).files]  # type: ignore[arg-type]


def test_a_folder_is_all_its_texts_in_order(written: Write) -> None:
    wanted = ["a.txt", "b/a.md", "b/z.py", "c.TXT", "e"]
    others = [".hidden.txt", ".git/f.txt", ".git/g.txt", "b/.g/h.txt"]
    for name in reversed(wanted + others):
        written(name, f"books/{name}")
    written(BINARY, "books/picture.png")
    written("Café".encode("latin-1"), "books/b/old.txt")
    Path("books/broken.txt").symlink_to("nowhere")
    Path("books/b/loop").symlink_to("..")
    said: list[str] = []
    corpus = resolve("books", notice=said.append)
    assert [path.relative_to("books").as_posix() for path in corpus.files] == wanted
    assert said == ["reading 5 text files of books; left out: 3 hidden, 2 binary"]
    assert corpus.name == "books"
    assert resolve("books/b/..").name == "books"


def test_suffixes_choose_files(written: Write) -> None:
    for name in ("a.py", "b/c.TeX", "d.txt", "e.pyc", ".f.py", "tex"):
        written(name, f"code/{name}")
    said: list[str] = []
    assert names("code", suffixes=[".py", "tex"], notice=said.append) == ["a.py", "b/c.TeX"]
    assert said == ["reading 2 files of code that end in .py or .tex; left out: 1 hidden"]
    assert names("code", suffixes=[".tex"]) == ["b/c.TeX"]


def test_files_that_do_not_decode_are_texts_only_in_their_encoding(written: Write) -> None:
    written("plain", "books/a.txt")
    written("Café".encode("latin-1"), "books/b.txt")
    assert names("books") == ["a.txt"]
    assert names("books", decoding="latin-1") == ["a.txt", "b.txt"]
    with pytest.raises(UserError, match=r"b\.txt is not utf-8.*try --encoding latin-1"):
        encode("books", suffixes=[".txt"])
    with pytest.raises(UserError, match="no text encoding called"):
        resolve("books", decoding="utf-99")


def test_a_character_over_the_end_of_a_piece_is_text(written: Write) -> None:
    written("a" * ((1 << 16) - 1) + "é" + "a" * ((1 << 20) - 3) + "é", "books/a.txt")
    assert names("books") == ["a.txt"]


def test_a_binary_file_asked_for_is_an_error(written: Write) -> None:
    written(BINARY, "books/a.png")
    with pytest.raises(UserError, match=r"a\.png"):
        encode("books", suffixes=[".png"])


def test_a_folder_without_such_a_file_says_so(written: Write) -> None:
    written(BINARY, "books/a.png")
    with pytest.raises(UserError, match="folder books holds no text file; left out: 1 binary;"):
        resolve("books")
    with pytest.raises(UserError, match=r"holds no file at any depth that ends in \.py or \.tex;"):
        resolve("books", suffixes=[".py", ".tex"])


@pytest.mark.parametrize("suffix", ["", ".", "a/b", "*.py", "\n"])
def test_what_is_no_suffix(suffix: str, written: Write) -> None:
    written("x", "books/a.txt")
    with pytest.raises(UserError, match="no end of a file's name"):
        resolve("books", suffixes=[suffix])


@pytest.mark.parametrize("spec", ["novel.txt", "sample", "-", "nowhere"])
def test_only_folders_have_suffixes(spec: str, written: Write) -> None:
    written("x", "novel.txt")
    with pytest.raises(UserError, match="is no folder"):
        resolve(spec, suffixes=[".txt"])


def test_a_file_that_cannot_be_read_is_an_error(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(errno.EACCES, "no", str(path))

    written("x", "books/a.txt")
    monkeypatch.setattr(Path, "open", refuse)  # root may read whatever the mode of a file is
    with pytest.raises(UserError, match=r"cannot read books/a\.txt: permission denied"):
        resolve("books")


def test_trainings_are_no_part_of_the_text(written: Write) -> None:
    """A run inside the folder would change its text, and could then not be resumed."""
    written("x", "a.txt")
    written("", "runs/notes.txt")
    assert names(".") == ["a.txt", "runs/notes.txt"]
    for file in ("config.json", "vocabulary.json", "metrics.jsonl"):
        written("{}", f"runs/one/{file}")
    written("| a table |", "runs/sweep.md")
    assert names(".") == ["a.txt"]
    assert names(".", suffixes=["json", "md", "txt"]) == ["a.txt"]
