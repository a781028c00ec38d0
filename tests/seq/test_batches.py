"""Batches hold every example once, with little padding."""

import numpy as np

from seq.batches import BATCHES_PER_BUCKET, batch_by_length, draw_batches


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
