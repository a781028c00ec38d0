from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpora.errors import UserError
from corpora.text.normalize import iter_text, iter_texts, split_bounds

Read = Callable[..., str]
Write = Callable[..., Path]

# White space and line ends are where normalising can go wrong; the rest stands for all else.
raw_texts = st.text(st.sampled_from("ab \t\r\n\u00a0é€😀\ufeff"), max_size=40)
chunk_sizes = st.integers(1, 9)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "text.txt"


@given(raw_texts, chunk_sizes, st.sampled_from(["utf-8", "utf-16", "utf-32-be", "utf-7"]))
@example("a\r\nb", 2, "utf-8")
@example("\ufeff\ufeffa", 3, "utf-8")
def test_the_text_does_not_depend_on_how_it_is_read(
    read_text: Read, scratch: Path, raw: str, chunk_bytes: int, encoding: str
) -> None:
    scratch.write_bytes(raw.encode(encoding))
    pieces = list(iter_text(scratch, encoding, chunk_bytes))
    assert all(pieces)
    assert "".join(pieces) == read_text(scratch, encoding)


@given(raw_texts)
def test_normalising_twice_changes_nothing_and_loses_no_visible_character(
    read_text: Read, scratch: Path, raw: str
) -> None:
    scratch.write_bytes(raw.encode())
    once = read_text(scratch)
    assert "\r" not in once
    assert once.split() == raw.removeprefix("\ufeff").split()
    assert once.removesuffix("\n") == once.rstrip()
    scratch.write_bytes(once.encode())
    # A second byte-order mark is a character of the text, until it comes first.
    if not once.startswith("\ufeff"):
        assert read_text(scratch) == once


@given(st.lists(st.text("ab \t", max_size=9)), chunk_sizes)
def test_all_line_ends_are_one(scratch: Path, lines: list[str], chunk_bytes: int) -> None:
    found = set()
    for end in ("\n", "\r\n", "\r"):
        scratch.write_bytes(end.join(lines).encode())
        found.add("".join(iter_text(scratch, chunk_bytes=chunk_bytes)))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b" \n\t\r\n ", ""),
        (b"\xef\xbb\xbfa\r\n\r\nb", "a\n\nb"),
        (b"a \n \n\n", "a\n"),
        (b"a   ", "a"),
        (b"\n  a\n", "\n  a\n"),
        ("tête\u2028".encode(), "tête"),
    ],
)
def test_examples(written: Write, raw: bytes, text: str, read_text: Read) -> None:
    assert read_text(written(raw)) == text


@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 7, 1 << 20])
@pytest.mark.parametrize(
    ("raw", "encoding", "byte", "offset"),
    [
        (b"caf\xe9 au lait", "utf-8", "0xe9", 3),
        (b"ab\r\n\xff", "utf-8", "0xff", 4),
        ("a€".encode()[:-1], "utf-8", "0xe2", 1),
        ("naïve".encode(), "ascii", "0xc3", 2),
        ("ab".encode("utf-16") + b"c", "utf-16-be", "0x63", 6),
        (b"\xb0\xa1\xff", "euc-kr", "0xff", 2),
    ],
)
def test_a_byte_that_does_not_decode_is_named_with_its_offset(
    written: Write, raw: bytes, encoding: str, byte: str, offset: int, chunk_bytes: int
) -> None:
    with pytest.raises(UserError, match=rf"byte {byte} at offset {offset} .*try --encoding "):
        list(iter_text(written(raw), encoding, chunk_bytes))


def test_the_advice_fits_the_bytes(written: Write, read_text: Read) -> None:
    with pytest.raises(UserError, match=r"try --encoding latin-1$"):
        read_text(written(b"caf\xe9"))
    with pytest.raises(UserError, match=r"try --encoding utf-16$"):
        read_text(written("café".encode("utf-16")))
    with pytest.raises(UserError, match=r"try --encoding utf-8$"):
        read_text(written("café"), "ascii")
    assert read_text(written(b"caf\xe9"), "latin-1") == "café"
    assert read_text(written("café".encode("utf-16")), "utf-16") == "café"


@pytest.mark.parametrize(
    "raw",
    [b"\0", b"abc\0def", b"a" * 3_000_000 + b"\0", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a\0b\0"],
)
def test_binary_files_are_refused(written: Write, raw: bytes, read_text: Read) -> None:
    with pytest.raises(UserError, match="looks binary"):
        read_text(written(raw))


@pytest.mark.parametrize("encoding", ["utf-9", "", "hex", "rot13", "a\0b", "\ud800", "idna" * 500])
def test_unknown_encodings_are_refused(written: Write, encoding: str, read_text: Read) -> None:
    with pytest.raises(UserError, match="no text encoding called"):
        read_text(written("text"), encoding)


def test_files_that_cannot_be_read(tmp_path: Path, read_text: Read) -> None:
    with pytest.raises(UserError, match=r"cannot read .*missing\.txt: it does not exist"):
        read_text(tmp_path / "missing.txt")
    with pytest.raises(UserError, match="it is a folder"):
        read_text(tmp_path)


@given(st.lists(raw_texts, max_size=5))
def test_several_files_are_joined_by_one_blank_line(
    read_text: Read, tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    paths = [folder / str(i) for i in range(len(texts))]
    for path, raw in zip(paths, texts, strict=True):
        path.write_bytes(raw.encode())
    pieces = list(iter_texts(paths))
    assert all(pieces)
    parts = [text for path in paths if (text := read_text(path))]
    expected = "\n\n".join(part.removesuffix("\n") for part in parts)
    if parts and parts[-1].endswith("\n"):
        expected += "\n"
    assert "".join(pieces) == expected


@given(st.integers(0, 10**12))
def test_the_split_is_contiguous_and_80_10_10(length: int) -> None:
    train, validation, test = split_bounds(length)
    assert (train.start, train.stop, validation.stop) == (0, validation.start, test.start)
    assert test.stop == length
    assert abs(train.stop - length * 0.8) < 1
    assert abs(validation.stop - length * 0.9) < 1


@pytest.mark.parametrize("piece", [b"a", b" ", b"x\n \n", "é😀 ".encode()])
def test_memory_is_bounded_whatever_the_lines(written: Write, piece: bytes) -> None:
    path = written(b"start" + piece * (20_000_000 // len(piece)) + b"end")
    tracemalloc.start()
    try:
        length = sum(map(len, iter_text(path)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert length == 8 + len(piece.decode()) * (20_000_000 // len(piece))
    assert peak < 16_000_000
