from __future__ import annotations

import tracemalloc
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import vocabulary_of

from corpora.errors import UserError
from corpora.known.resolve import encode
from corpora.text.encoded import EncodedText
from corpora.text.vocabulary import UnknownSymbol

Read = Callable[..., str]
Write = Callable[..., Path]

STORY = "It rained on the tête-à-tête.\nNobody minded; 1805 roofs, and every one of them leaked.\n"


def test_the_ids_are_the_text(written: Write) -> None:
    path = written(STORY.replace("\n", "\r\n"))
    text = encode(str(path))
    assert isinstance(text.ids, np.memmap)
    assert text.ids.ndim == 1
    assert not text.ids.flags.writeable
    assert text.vocabulary == vocabulary_of(STORY)
    assert text.ids.dtype == text.vocabulary.dtype
    assert text.vocabulary.decode(text.ids) == STORY
    assert text.sha256 == sha256(STORY.encode()).hexdigest()
    assert (text.name, len(text)) == ("text", len(STORY))


@settings(max_examples=40)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), min_size=1).filter(
        str.strip
    )
)
def test_any_text_comes_back_as_it_is_read(
    read_text: Read, tmp_path_factory: pytest.TempPathFactory, raw: str
) -> None:
    path = tmp_path_factory.mktemp("scratch") / "text.txt"
    path.write_bytes(raw.encode())
    text = encode(str(path))
    assert text.vocabulary.decode(text.ids) == read_text(path)


@pytest.mark.parametrize(("size", "dtype"), [(256, "u1"), (257, "u2"), (65_537, "u4")])
def test_the_type_grows_with_the_vocabulary(written: Write, size: int, dtype: str) -> None:
    symbols = "".join(map(chr, range(0x1F300, 0x1F300 + size)))
    text = encode(str(written(symbols)))
    assert text.ids.dtype == np.dtype(dtype)
    assert text.vocabulary.decode(text.ids) == symbols


def test_a_folder_is_one_text(written: Write) -> None:
    for name, content in {
        "1.txt": "one\n\n\n",
        "2.txt": " \n",
        "3.md": "two",
        "4.txt": "x\n",
    }.items():
        written(content, f"books/{name}")
    text = encode("books")
    assert text.vocabulary.decode(text.ids) == "one\n\ntwo\n\nx\n"


def test_where_one_file_ends_is_part_of_the_text(written: Write) -> None:
    for folder, parts in {"a": ("one", "two three"), "b": ("one two", "three")}.items():
        for i, part in enumerate(parts):
            written(part, f"{folder}/{i}.txt")
    assert encode("a").sha256 != encode("b").sha256


def test_the_parts_are_views_that_make_up_the_whole(written: Write) -> None:
    text = encode(str(written(STORY * 7)))
    parts = [text.split("train"), text.split("validation"), text.split("test")]
    np.testing.assert_array_equal(np.concatenate(parts), text.ids)
    assert all(np.shares_memory(part, text.ids) for part in parts)
    np.testing.assert_array_equal(text.split("all"), text.ids)


def test_remapping_is_encoding_with_the_other_vocabulary(written: Write) -> None:
    text = encode(str(written(STORY)))
    other = vocabulary_of("zyx").extend(STORY)
    table = text.remap_table(other)
    assert table.dtype == np.int64
    np.testing.assert_array_equal(table[text.ids], other.encode(STORY))


def test_remapping_counts_what_is_missing(written: Write) -> None:
    text = encode(str(written(STORY * 3)))
    with pytest.raises(UnknownSymbol) as caught:
        text.remap_table(vocabulary_of(STORY.replace("ê", "").replace("à", "")))
    error = caught.value
    assert (error.symbol, error.position) == ("ê", STORY.index("ê"))
    assert error.count == 3 * (STORY.count("ê") + STORY.count("à"))
    assert "2 characters" in str(error)
    assert "form is known" not in str(error)


def test_a_normal_form_that_is_known_is_said(written: Write) -> None:
    decomposed = encode(str(written(unicodedata.normalize("NFD", STORY * 3))))
    with pytest.raises(UnknownSymbol, match="its NFC form is known \\(--normalize NFC\\)"):
        decomposed.remap_table(vocabulary_of(STORY))


@pytest.mark.parametrize("raw", [b"", b"\n \r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_text_is_refused(written: Write, raw: bytes) -> None:
    with pytest.raises(UserError, match="holds no text, or only white space"):
        encode(str(written(raw)))


def test_errors_are_lines(written: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = written("café".encode("latin-1"))
    with pytest.raises(UserError, match="try --encoding latin-1"):
        encode(str(path))
    with pytest.raises(UserError, match="no text encoding called 'utf-9'"):
        encode(str(path), decoding="utf-9")
    (tmp_path / "file").touch()
    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match="set CHARLM_CACHE to a folder that can be written"):
        encode(str(path), decoding="latin-1")


def _encoded_with_peak(path: Path) -> tuple[EncodedText, int]:
    tracemalloc.start()
    try:
        text = encode(str(path))
        return text, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.wide
@pytest.mark.parametrize(
    ("megabytes", "line_end"),
    [
        (50, "\n"),
        (50, " "),
        pytest.param(1000, "\n", marks=pytest.mark.slow),
        pytest.param(1000, " ", marks=pytest.mark.slow),
    ],
)
def test_memory_is_bounded_whatever_the_size(tmp_path: Path, megabytes: int, line_end: str) -> None:
    path = tmp_path / "big.txt"
    line = ("It rained on the roofs of the town" + line_end).encode()
    block = line * (1_000_000 // len(line))
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    text, peak = _encoded_with_peak(path)
    assert len(text) == len(block) * megabytes - (line_end == " ")
    assert peak < 50_000_000
