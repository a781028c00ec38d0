"""Word vectors from files in the formats of GloVe and word2vec."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError, os_error
from seq.imdb.word2vec import read_binary

LONGEST_LINE = 1 << 20
"""Most bytes of a line: 300 numbers take about 3,000."""
MOST_NUMBERS = 4096
"""Most numbers of a vector."""
EXPANSION, TOLERATED = 50, 64 << 20
"""Where unpacked vectors are more than `TOLERATED` bytes, they are at most `EXPANSION` times the
packed ones. Numbers become two to four times as large; what grows more would not end."""


@dataclass(frozen=True)
class Vectors:
    """The vectors of the words of a vocabulary."""

    matrix: npt.NDArray[np.float32]
    """Vector of each word, (V, E). The rows of words that are not in the file are zero."""
    found: npt.NDArray[np.bool_]
    """Whether each word is in the file, (V,)."""

    @property
    def coverage(self) -> float:
        """Share of the words of the vocabulary that are in the file."""
        return float(self.found.mean())

    def fill(self, seed: int) -> npt.NDArray[np.float32]:
        """Return the matrix with random vectors for the words that are not in the file.

        Their numbers are normal, with the mean and the deviation of the numbers in the file.
        """
        known = self.matrix[self.found]
        random = np.random.default_rng(seed)
        drawn = random.normal(known.mean(), known.std(), self.matrix.shape)
        return np.where(self.found[:, None], self.matrix, drawn).astype(np.float32)


def read_vectors(path: Path, words: Sequence[str]) -> Vectors:
    """Read the vectors of `words` from a file, which may be compressed by gzip (.gz).

    A file called .bin holds the binary format of word2vec; see `read_binary`. In others, each line
    holds a word and its numbers, separated by blanks; a first line of two whole numbers, as
    word2vec writes it, is skipped. If a word comes several times, the first one counts.

    Raises:
        UserError: the file cannot be read, a line has another form or another length, none of the
            words is in the file, or a line, a vector or what is unpacked is far too large.
    """
    rows = {word: row for row, word in enumerate(words)}
    missing = set(words)
    found = np.zeros(len(words), dtype=bool)
    matrix = np.zeros((len(words), 0), dtype=np.float32)
    packed = path.suffix == ".gz"
    binary = (path.with_suffix("") if packed else path).suffix == ".bin"
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            check = partial(_check_unpacked, path, path.stat().st_size if packed else None)
            if binary:
                some = read_binary(file, str(path), missing, most=MOST_NUMBERS, check=check)
            else:
                some = _read_text(file, path, missing, check)
            for word, vector in some:
                if not matrix.shape[1]:
                    matrix = np.zeros((len(words), len(vector)), dtype=np.float32)
                matrix[rows[word]], found[rows[word]] = vector, True
                missing.discard(word)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise os_error(error, path) from error
        raise UserError(f"{path} is damaged: {error}") from error
    if not found.any():
        raise UserError(f"{path} has a vector for none of the {len(words):,} words")
    return Vectors(matrix, found)


def _read_text(
    file: BufferedIOBase, path: Path, words: Container[str], check: Callable[[int], None]
) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Yield those of `words` that are in a text file, with their vectors."""
    size = 0
    for number, line in enumerate(_read_lines(file, path, check), 1):
        # Numbers are counted from the right: a few words of GloVe contain blanks.
        fields = line.decode("utf-8", "replace").rstrip().split(" ")
        if number == 1 and len(fields) == 2 and all(map(str.isdecimal, fields)):
            _check_size(fields[1].lstrip("0"), path)
            continue
        if not size:
            size = len(fields) - 1
            _check_size(str(size), path)
        if len(fields) <= size:
            raise UserError(f"{path}, line {number:,}: {size} numbers are expected")
        word = " ".join(fields[: len(fields) - size])
        if word in words:
            yield word, _parse_numbers(fields[-size:], path, number)


def _read_lines(file: BufferedIOBase, path: Path, check: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the lines of a file that is opened at `path`, as long as their sizes are plausible."""
    size = 0
    while line := file.readline(LONGEST_LINE + 1):
        size += len(line)
        if len(line) > LONGEST_LINE:
            raise UserError(f"{path} has a line of over {LONGEST_LINE:,} bytes: no word vectors")
        check(size)
        yield line


def _check_unpacked(path: Path, packed: int | None, size: int) -> None:
    if packed is not None and size > max(TOLERATED, EXPANSION * packed):
        raise UserError(f"{path} becomes over {EXPANSION} times as large: no word vectors")


def _check_size(numbers: str, path: Path) -> None:
    if len(numbers) > len(str(MOST_NUMBERS)) or int(numbers or "0") > MOST_NUMBERS:
        shown = numbers if len(numbers) < 12 else f"{numbers[:12]}…"
        raise UserError(f"{path} has vectors of {shown} numbers; {MOST_NUMBERS:,} are the most")


def _parse_numbers(fields: list[str], path: Path, line: int) -> npt.NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):
            numbers = np.array(fields, dtype=np.float32)
    except ValueError as error:
        raise UserError(f"{path}, line {line:,}: a word and its numbers are expected") from error
    if not np.isfinite(numbers).all():
        raise UserError(f"{path}, line {line:,}: a number is not finite")
    return numbers
