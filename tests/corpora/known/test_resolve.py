from __future__ import annotations

import gc
import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.errors import UserError
from corpora.known.fetch import fetch
from corpora.known.resolve import encode, resolve
from corpora.text.encoded import encode as encode_corpus

Read = Callable[..., str]
Write = Callable[..., Path]


@pytest.mark.parametrize("name", ["novel.txt", "novel", "novel.tar.gz", "sample", "sample.txt"])
def test_a_file_that_exists_is_read_whatever_it_is_called(
    written: Write, name: str, read_text: Read
) -> None:
    path = written("my own text", name)
    for spec in (name, f"./{name}", str(path)):
        corpus = resolve(spec)
        assert [read_text(file) for file in corpus.files] == ["my own text"]
        assert corpus.name == Path(name).stem
        assert corpus.encoding is None


def test_a_catalogued_path_that_exists_is_read(written: Write, read_text: Read) -> None:
    written("my own text", "corpora/war_and_peace.txt")
    corpus = resolve("corpora/war_and_peace.txt")
    assert read_text(corpus.files[0]) == "my own text"


def test_a_catalogued_name_needs_no_file() -> None:
    corpus = resolve("sample")
    assert (corpus.name, corpus.files, corpus.encoding) == ("sample", (fetch("sample"),), "utf-8")
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("spec", ["corpora/sample.txt", "sample.txt", "x/y/corpora/sample.txt"])
def test_a_catalogued_path_is_made(spec: str, read_text: Read) -> None:
    corpus = resolve(spec)
    assert corpus.name == "sample"
    assert corpus.files == (Path(spec),)
    assert read_text(Path(spec)) == read_text(fetch("sample"))
    assert resolve(spec).files == corpus.files


@pytest.mark.parametrize("spec", ["corpora/sample.txt", "sample.txt", "x/y/corpora/sample.txt"])
def test_a_path_that_comes_from_a_file_is_not_made(spec: str, written: Write) -> None:
    corpus = resolve(spec, make=False)
    assert (corpus.name, corpus.files, corpus.encoding) == ("sample", (fetch("sample"),), "utf-8")
    assert encode(spec, make=False).sha256 == encode("sample").sha256
    assert list(Path().iterdir()) == []
    path = written("my own text", spec)
    assert resolve(spec, make=False).files == (Path(spec),)
    assert path.read_text() == "my own text"


def test_a_path_that_hides_a_catalogued_corpus_is_told(written: Write) -> None:
    written("my own text", "war_and_peace/a.txt")
    written("my own text", "sample")
    written("my own text", "books/mysterious_island")
    said: list[str] = []
    for spec in ("war_and_peace", "sample", "books/mysterious_island", "./sample"):
        assert resolve(spec, notice=said.append).encoding is None
    assert said == [
        "reading the folder war_and_peace; the catalogued corpus of that name is "
        "corpora/war_and_peace.txt",
        "reading 1 text file of war_and_peace",
        "reading the file sample; the catalogued corpus of that name is corpora/sample.txt",
    ]


@pytest.mark.parametrize("spec", ["elsewhere/sample.txt", "sample.md", "corpora/smple.txt"])
def test_other_paths_are_not_made(spec: str) -> None:
    with pytest.raises(UserError, match="there is no file, folder or corpus called"):
        resolve(spec)
    assert list(Path().iterdir()) == []


def test_an_unknown_name_brings_suggestions(written: Write) -> None:
    written("x", "my_novel.txt")
    with pytest.raises(UserError, match=r"did you mean war_and_peace\?.*mysterious_island, sample"):
        resolve("war_and_pece")
    with pytest.raises(UserError, match=r"did you mean my_novel\.txt\?"):
        resolve("my_nowel.txt")


@pytest.mark.parametrize(
    "spec", ["", "a\0b", "x" * 5000, "/dev/null/x", "no\nname", "\udc80.txt", "~nobody-at-all/x"]
)
def test_what_cannot_be_a_corpus_is_one_line(spec: str) -> None:
    with pytest.raises(UserError):
        resolve(spec)


def test_a_device_is_neither_file_nor_folder() -> None:
    with pytest.raises(UserError, match="neither a file nor a folder"):
        resolve("/dev/null")


def test_an_error_in_a_pipe_does_not_name_its_temporary_file() -> None:
    corpus = resolve("-", stdin=io.BytesIO(b"\xff no utf-8"))
    with pytest.raises(UserError) as caught:
        encode_corpus(corpus)
    assert str(caught.value).startswith("the text from the pipe is not utf-8")
    assert str(corpus.files[0]) not in str(caught.value)


def test_standard_input_lives_as_long_as_the_corpus() -> None:
    data = b"piped text\r\n" * 200_000
    corpus = resolve("-", stdin=io.BytesIO(data))
    path = corpus.files[0]
    assert path.read_bytes() == data
    assert corpus.name == "stdin"
    del corpus
    gc.collect()
    assert not path.exists()


def test_no_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UserError, match="no standard input"):
        resolve("-")


def test_a_broken_standard_input_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "work"))
    with pytest.raises(UserError, match="Input/output error"):
        resolve("-", stdin=Broken())
    gc.collect()
    assert list(Path().iterdir()) == []


def test_a_named_pipe_is_read_once_and_kept(tmp_path: Path, read_text: Read) -> None:
    pipe = tmp_path / "work" / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"through the pipe",))
    writer.start()
    corpus = resolve("pipe")
    writer.join()
    assert [read_text(corpus.files[0]) for _ in range(2)] == ["through the pipe"] * 2
