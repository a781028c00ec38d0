"""Word vectors from files."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviews import request, reviews, write_csv
from training_helpers import start, trained

from corpora.errors import UserError
from seq.imdb import vectors as vectors_module
from seq.imdb.vectors import read_vectors

WORDS = ("<pad>", "<unk>", "good", "bad", "film")
GLOVE = "good 1 2 3\nbad -1 -2 -3.5\nother 0 0 0\ngood 9 9 9\n"


@pytest.mark.parametrize("header", ["", "3 3\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_both_forms_are_read(tmp_path: Path, header: str, packed: bool) -> None:
    path = tmp_path / ("v.txt.gz" if packed else "v.txt")
    data = (header + GLOVE).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    vectors = read_vectors(path, WORDS)
    assert vectors.matrix.tolist() == [[0] * 3, [0] * 3, [1, 2, 3], [-1, -2, -3.5], [0] * 3]
    assert vectors.found.tolist() == [False, False, True, True, False]
    assert vectors.coverage == pytest.approx(0.4)
    filled = vectors.fill(seed=1)
    assert (filled[2:4] == vectors.matrix[2:4]).all()
    assert (filled[[0, 1, 4]] != 0).all()
    assert (filled == vectors.fill(seed=1)).all()


def write_binary(path: Path, entries: Sequence[tuple[str, Sequence[float]]], end: bytes) -> None:
    parts = [f"{len(entries)} {len(entries[0][1])}\n".encode()]
    for word, numbers in entries:
        parts += [word.encode(), b" ", np.asarray(numbers, "<f4").tobytes(), end]
    data = b"".join(parts)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_characters=" \n", codec="utf-8"), min_size=1, max_size=9),
            st.lists(st.floats(-9, 9, width=32), min_size=3, max_size=3),
        ),
        min_size=1,
        max_size=40,
    ),
    st.booleans(),
    st.booleans(),
)
def test_the_binary_form_says_what_the_text_says(
    entries: list[tuple[str, list[float]]], packed: bool, line_feeds: bool
) -> None:
    with TemporaryDirectory() as folder:
        binary = Path(folder, "v.bin.gz" if packed else "v.bin")
        write_binary(binary, entries, b"\n" if line_feeds else b"")
        words = [*dict.fromkeys(word for word, _ in entries), "a word that is not there"]
        read = read_vectors(binary, words)
    first = dict(reversed(entries))  # of a word that comes twice the first counts
    assert read.matrix[:-1].tolist() == [first[word] for word in words[:-1]]
    assert read.found.tolist() == [True] * (len(words) - 1) + [False]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "does not begin with the number of its words"),
        (b"good 1 2 3\n", "does not begin with the number of its words"),
        (b"1 99999\ngood ", "vectors of 99,999 numbers; 4,096 are the most"),
        (b"1 0\ngood ", "vectors of 0 numbers"),
        (b"2 2\ngood " + bytes(8), "ends before word 2 of 2"),
        (b"1 2\ngood " + bytes(7), "ends before word 1 of 1"),
        (b"1 2\n" + b"x" * 200_000, "word 1 has no end"),
        (b"1 1\ngood \x00\x00\xc0\x7f", "word 1: a number is not finite"),
        (b"1 1\nnobody " + bytes(4), "a vector for none of the 5 words"),
    ],
)
def test_a_damaged_binary_file_is_a_line(tmp_path: Path, data: bytes, line: str) -> None:
    path = tmp_path / "v.bin"
    path.write_bytes(data)
    with pytest.raises(UserError, match=line):
        read_vectors(path, WORDS)


def test_a_word_may_hold_a_blank(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("film 1 2\n. . . 3 4\nbad 5 6\n")
    assert read_vectors(path, WORDS).matrix[3].tolist() == [5, 6]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing 1 2\n",
        "good one two\n",
        "good nan 1\n",
        "good 1 2\nbad 3\n",
        "good 1e99 2\n",
        "good\n",
        "\x00\xff",
    ],
)
def test_what_is_none_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError, match=r"v\.txt") as caught:
        read_vectors(path, WORDS)
    assert "\n" not in str(caught.value)


def test_a_header_is_one_of_two_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("good 1\nbad 2.5\n")
    assert read_vectors(path, WORDS).matrix.ravel().tolist() == [0, 0, 1, 2.5, 0]
    path.write_text("2 1\ngood 1\nbad 2.5\n")
    assert read_vectors(path, WORDS).matrix.ravel().tolist() == [0, 0, 1, 2.5, 0]


def test_lines_may_end_as_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(b"2 2\r\ngood 1 2\r\nbad 3 4 \n\xc3\xa9t\xc3\xa9 5 6")
    vectors = read_vectors(path, (*WORDS, "été"))
    assert vectors.matrix[[2, 3, 5]].tolist() == [[1, 2], [3, 4], [5, 6]]


def test_of_a_word_that_comes_twice_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("good 1 2\nbad 3 4\ngood 5 6\nbad nan nan\n")
    assert read_vectors(path, WORDS).matrix[2:4].tolist() == [[1, 2], [3, 4]]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=60) | st.text("go d12.-e\n\t", max_size=30).map(str.encode))
def test_whatever_the_file_holds_is_vectors_or_refused(data: bytes) -> None:
    path = Path("v.txt")
    path.write_bytes(data)
    with suppress(UserError):
        vectors = read_vectors(path, WORDS)
        assert vectors.found.any()
        assert np.isfinite(vectors.fill(seed=0)).all()


def test_what_is_drawn_is_like_what_is_known(tmp_path: Path) -> None:
    path, random = tmp_path / "v.txt", np.random.default_rng(0)
    names = [f"w{number}" for number in range(400)]
    rows = random.normal(0.5, 0.25, (200, 20))
    lines = [f"{name} {' '.join(map(str, row))}" for name, row in zip(names, rows, strict=False)]
    path.write_text("\n".join(lines))
    vectors = read_vectors(path, names)
    assert vectors.coverage == 0.5
    drawn = vectors.fill(seed=3)[200:]
    assert drawn.mean() == pytest.approx(0.5, abs=0.02)
    assert drawn.std() == pytest.approx(0.25, abs=0.02)
    assert not (vectors.fill(seed=4)[200:] == drawn).all()


def test_a_packed_file_that_is_damaged_anywhere_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "v.gz"
    whole = gzip.compress((GLOVE + "".join(f"w{n} {n} 2 3\n" for n in range(999))).encode())
    for place in range(10, len(whole), 61):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with pytest.raises(UserError, match=r"v\.gz") as caught:
            read_vectors(path, WORDS)
        assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_cut_short_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        read_vectors(tmp_path / "none.txt", WORDS)
    whole = gzip.compress((GLOVE * 999).encode())
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "not.gz").write_bytes(b"good 1 2")
    for name in ("cut.gz", "not.gz"):
        with pytest.raises(UserError, match=name):
            read_vectors(tmp_path / name, WORDS)


def test_numbers_are_float32(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("good 0.1 1e-3\n")
    assert read_vectors(path, WORDS).matrix.dtype == np.float32


@pytest.mark.parametrize("other", [{"embedding": "one-hot"}, {"init_from": "elsewhere"}])
def test_vectors_are_for_a_learned_embedding(tmp_path: Path, other: dict[str, str]) -> None:
    words = tmp_path / "vectors.txt"
    words.write_text("film 1 2\n")
    file = write_csv(tmp_path / "own.csv", reviews(60))
    trained(start(request(file, tmp_path / "elsewhere", epochs=1)))
    wanted = request(file, None, embedding=other.get("embedding", "learned"))
    init_from = str(tmp_path / "elsewhere") if "init_from" in other else None
    with pytest.raises(UserError, match="learned"):
        trained(start(replace(wanted, vectors=words, init_from=init_from)))


def refused(path: Path, said: str) -> None:
    """Check that a file is refused in one line, before much memory is taken or time is spent."""
    tracemalloc.start()
    before = time.perf_counter()
    with pytest.raises(UserError, match=said) as caught:
        read_vectors(path, [f"w{number}" for number in range(20_000)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert peak < 50_000_000
    assert time.perf_counter() - before < 20


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(b"good " + b"1 " * 10_000_000)
    refused(path, "v.txt has a line of over 1,048,576 bytes: no word vectors")


@pytest.mark.wide
@pytest.mark.parametrize("line", [b"0" * 4096, b"nothing" + b" 0.000000000" * 80 + b"\n"])
def test_a_small_file_that_unpacks_to_a_hundred_times_its_size_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    monkeypatch.setattr(vectors_module, "TOLERATED", 1 << 20)
    path = tmp_path / "v.txt.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(12_000_000 // len(line)):
            file.write(line)
    assert path.stat().st_size < 120_000
    refused(path, "v.txt.gz (has a line of over 1,048,576 bytes|becomes over 50 times as large)")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3 1000000000\n", "1000000000"),
        (f"3 1{'0' * 5000}\n", "100000000000…"),
        ("3 4097\n", "4097"),
        ("good" + " 1" * 5000 + "\n", "5000"),
    ],
)
def test_vectors_of_too_many_numbers_are_refused(tmp_path: Path, text: str, numbers: str) -> None:
    path = tmp_path / "v.txt"
    path.write_text(text)
    refused(path, f"v.txt has vectors of {numbers} numbers; 4,096 are the most")


def test_a_first_line_of_other_digits_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("3 ²\ngood 1\n", encoding="utf-8")
    assert read_vectors(path, WORDS).coverage == pytest.approx(0.2)
