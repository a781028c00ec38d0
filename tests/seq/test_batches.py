"""Batches hold every example once, with little padding."""

from __future__ import annotations

import numpy as np

from seq.batches import BATCHES_PER_BUCKET, batch_by_length, batch_by_words, draw_batches


def test_batches_hold_every_example_once_with_little_padding() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 500, 3333)
    for batches in (batch_by_length(lengths, 32), draw_batches(lengths, 32, random)):
        assert sorted(np.concatenate(batches)) == list(range(3333))
        assert max(map(len, batches)) == 32
        padding = sum(int(lengths[rows].max()) * len(rows) for rows in batches) / lengths.sum()
        assert padding < 1.1
    shuffled = random.permutation(3333)
    plain = [shuffled[start : start + 32] for start in range(0, 3333, 32)]
    assert sum(int(lengths[rows].max()) * len(rows) for rows in plain) / lengths.sum() > 1.7
    assert 32 * BATCHES_PER_BUCKET < 3333  # so that there is more than one bucket above


def test_batches_by_words_hold_every_example_once_within_bounds() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 500, 3333).tolist()
    batches = batch_by_words(lengths, 32, 4000)
    assert sorted(np.concatenate(batches)) == list(range(3333))
    sizes = [(len(rows), max(lengths[row] for row in rows)) for rows in batches]
    assert max(count for count, _ in sizes) == 32
    assert all(count * longest <= 4000 for count, longest in sizes)
    assert [rows.tolist() for rows in batch_by_words([3, 99, 0], 9, 6)] == [[1], [0, 2]]
    assert batch_by_words([], 9, 6) == []
