"""Sequences of many lengths as batches: padding and length buckets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from seq.padding import PAD

BATCHES_PER_BUCKET = 50
"""Batches whose examples are sorted together: enough for little padding, and yet no two passes have
the same batches."""


def padded(sequences: Sequence[npt.NDArray[np.integer]]) -> tuple[Tensor, Tensor]:
    """Return ids (T, B), time first and padded at the end, and lengths (B,), on the CPU."""
    lengths = [len(sequence) for sequence in sequences]
    ids = np.full((max(lengths), len(sequences)), PAD, dtype=np.int64)
    for row, sequence in enumerate(sequences):
        ids[: len(sequence), row] = sequence
    return torch.from_numpy(ids), torch.tensor(lengths)


def by_length(lengths: npt.NDArray[np.integer], batch_size: int) -> list[npt.NDArray[np.int64]]:
    """Return the indices of all examples in batches of about equal length, longest first."""
    order = np.argsort(-lengths, kind="stable")
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def bucketed(
    lengths: npt.NDArray[np.integer], batch_size: int, random: np.random.Generator
) -> list[npt.NDArray[np.int64]]:
    """Return the indices of all examples, drawn into batches of about equal length.

    The examples are shuffled, sorted by length within buckets of `BATCHES_PER_BUCKET` batches, and
    the batches shuffled again; the last bucket's remainder makes one smaller batch.
    """
    shuffled = random.permutation(len(lengths))
    size = batch_size * BATCHES_PER_BUCKET
    batches = [
        shuffled[start : start + size][batch]
        for start in range(0, len(shuffled), size)
        for batch in by_length(lengths[shuffled[start : start + size]], batch_size)
    ]
    return [batches[index] for index in random.permutation(len(batches))]
