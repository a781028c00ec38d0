"""Word vectors in the binary format of word2vec."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from io import BufferedIOBase

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError

LONGEST_WORD = 1 << 16
"""Most bytes of a word; phrases of word2vec have some hundred."""
AT_ONCE = 1 << 16
"""Bytes that are read at a time."""


def read_binary(
    file: BufferedIOBase,
    name: str,
    words: Container[str],
    *,
    most: int,
    check: Callable[[int], None],
) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Yield those of `words` that are in a file, with their vectors (E,).

    A line of two numbers in digits, how many words there are and how many numbers each has, is
    followed by the words: bytes in UTF-8, a blank, and the numbers, four bytes each, the lowest
    first. A line feed may stand before a word (`word2vec.c` of Mikolov et al. 2013 writes it).

    Args:
        file: the file, at its beginning.
        name: its path, for messages.
        words: which words are wanted.
        most: most numbers that a vector may have.
        check: is told how many bytes have been read so far, and raises if those are too many.

    Raises:
        UserError: the file has another form, ends too early, or has a number that is not finite.
    """
    head = file.readline(64)
    fields = head.split()
    if len(fields) != 2 or not all(field.isdigit() for field in fields):
        raise UserError(f"{name} does not begin with the number of its words and that of numbers")
    count, size = map(int, fields)
    if not 1 <= size <= most:
        raise UserError(f"{name} has vectors of {size:,} numbers; {most:,} are the most")
    data, at, total = b"", 0, len(head)
    for number in range(1, count + 1):
        while (blank := data.find(b" ", at)) < 0 or len(data) < blank + 1 + 4 * size:
            if blank < 0 and len(data) - at > LONGEST_WORD:
                raise UserError(f"{name}: word {number:,} has no end; these are no word vectors")
            if not (more := file.read(AT_ONCE)):
                raise UserError(f"{name} ends before word {number:,} of {count:,}")
            data, at, total = data[at:] + more, 0, total + len(more)
            check(total)
        word = data[at:blank].lstrip(b"\n").decode("utf-8", "replace")
        at = blank + 1 + 4 * size
        if word in words:
            vector = np.frombuffer(data, dtype="<f4", count=size, offset=blank + 1)
            if not np.isfinite(vector).all():
                raise UserError(f"{name}, word {number:,}: a number is not finite")
            yield word, vector.astype(np.float32)
