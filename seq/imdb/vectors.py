"""Word vectors from text files, as GloVe and word2vec write them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError, os_error


@dataclass(frozen=True)
class Vectors:
    """The vectors of a vocabulary."""

    matrix: npt.NDArray[np.float32]
    """(V, E); the rows of words that the file lacks are zero."""
    found: npt.NDArray[np.bool_]
    """(V,), whether the file has the word."""

    @property
    def coverage(self) -> float:
        """Share of the vocabulary that the file has."""
        return float(self.found.mean())

    def filled(self, seed: int) -> npt.NDArray[np.float32]:
        """Return the matrix with numbers like those of the file in the rows that it lacks."""
        known = self.matrix[self.found]
        random = np.random.default_rng(seed)
        drawn = random.normal(known.mean(), known.std(), self.matrix.shape)
        return np.where(self.found[:, None], self.matrix, drawn).astype(np.float32)


def read_vectors(path: Path, words: Sequence[str]) -> Vectors:
    """Read the vectors of `words` from a text file (or one packed by gzip).

    Each line holds a word and its numbers, separated by blanks; a first line with two whole
    numbers, as word2vec has it, is skipped. Of a word that comes twice, the first line counts.

    Raises:
        UserError: the file cannot be read, a line is not of that form or of another length than the
            first, or none of the words is in it.
    """
    rows = {word: row for row, word in enumerate(words)}
    found = np.zeros(len(words), dtype=bool)
    matrix = np.zeros((len(words), 0), dtype=np.float32)
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                # From the right: a few words of GloVe hold blanks themselves.
                fields = line.decode("utf-8", "replace").rstrip().split(" ")
                if number == 1 and len(fields) == 2 and all(map(str.isdigit, fields)):
                    continue
                if not matrix.shape[1]:
                    matrix = np.zeros((len(words), len(fields) - 1), dtype=np.float32)
                if len(fields) <= matrix.shape[1]:
                    raise UserError(
                        f"{path}, line {number:,}: {matrix.shape[1]} numbers are expected"
                    )
                word = " ".join(fields[: len(fields) - matrix.shape[1]])
                row = rows.get(word)
                if row is None or found[row]:
                    continue
                matrix[row] = _numbers(fields[-matrix.shape[1] :], path, number)
                found[row] = True
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise os_error(error, path) from error
        raise UserError(f"{path} is damaged: {error}") from error
    if not found.any():
        raise UserError(f"{path} has a vector for none of the {len(words):,} words")
    return Vectors(matrix, found)


def _numbers(fields: list[str], path: Path, line: int) -> npt.NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):
            numbers = np.array(fields, dtype=np.float32)
    except ValueError as error:
        raise UserError(f"{path}, line {line:,}: a word and its numbers are expected") from error
    if not np.isfinite(numbers).all():
        raise UserError(f"{path}, line {line:,}: a number is not finite")
    return numbers
