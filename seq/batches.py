"""Batches of sequences of different lengths: padding and length buckets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from seq.padding import PAD, Ids

BATCHES_PER_BUCKET = 50
"""Number of batches whose examples are sorted together. It keeps the padding small, and the batches
still differ from pass to pass."""


def pad(sequences: Sequence[Ids]) -> tuple[Tensor, Tensor]:
    """Return ids (T, B), time first and padded at the end, and lengths (B,), on the CPU."""
    lengths = [len(sequence) for sequence in sequences]
    ids = np.full((max(lengths), len(sequences)), PAD, dtype=np.int64)
    for row, sequence in enumerate(sequences):
        ids[: len(sequence), row] = sequence
    return torch.from_numpy(ids), torch.tensor(lengths)


def batch_by_length(lengths: Ids, batch_size: int) -> list[npt.NDArray[np.int64]]:
    """Return the indices of all examples in batches of similar length, longest first."""
    order = np.argsort(-lengths, kind="stable")
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def batch_by_words(
    lengths: Sequence[int], batch_size: int, most: int
) -> list[npt.NDArray[np.int64]]:
    """Return the indices of all examples in batches of similar length, longest first.

    Args:
        lengths: lengths of the examples.
        batch_size: most examples of a batch.
        most: most symbols of a batch, padding included. A longer example is a batch by itself.
    """
    order = np.argsort(-np.array(lengths, dtype=np.int64), kind="stable")
    batches: list[npt.NDArray[np.int64]] = []
    start = 0
    while start < len(order):
        fitting = max(1, most // max(1, lengths[order[start]]))
        batches.append(order[start : start + min(batch_size, fitting)])
        start += len(batches[-1])
    return batches


def draw_batches(
    lengths: Ids, batch_size: int, random: np.random.Generator
) -> list[npt.NDArray[np.int64]]:
    """Draw batches of examples of similar length, and return the indices in each batch.

    The examples are shuffled and divided into buckets of `BATCHES_PER_BUCKET` batches. Each bucket
    is sorted by length and cut into batches, and all batches are shuffled. The last batch of a
    bucket that is not full is smaller.
    """
    shuffled = random.permutation(len(lengths))
    size = batch_size * BATCHES_PER_BUCKET
    batches = [
        shuffled[start : start + size][batch]
        for start in range(0, len(shuffled), size)
        for batch in batch_by_length(lengths[shuffled[start : start + size]], batch_size)
    ]
    return [batches[index] for index in random.permutation(len(batches))]
