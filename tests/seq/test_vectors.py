"""Word vectors from text files."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import UserError
from seq.vectors import read_vectors

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
    filled = vectors.filled(seed=1)
    assert (filled[2:4] == vectors.matrix[2:4]).all()
    assert (filled[[0, 1, 4]] != 0).all()
    assert (filled == vectors.filled(seed=1)).all()


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
