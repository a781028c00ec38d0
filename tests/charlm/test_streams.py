from __future__ import annotations

import itertools
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training_helpers import drawn

from charlm.config import TrainingConfig
from charlm.streams import Streams, check_length
from charlm.training.distributed import World
from corpora.errors import UserError
from corpora.text.normalize import split_bounds

Sizes = tuple[int, int, int]

sizes = st.tuples(st.integers(0, 300), st.integers(1, 7), st.integers(1, 9))
"""Characters of a text, batch size and window."""


def streams_of_positions(sizes: Sizes) -> Streams:
    """With each character being its own position, what is next to what is plain to see."""
    characters, batch_size, window = sizes
    return Streams(np.arange(characters), batch_size, window)


@drawn
@given(sizes)
def test_targets_follow_inputs_and_rows_carry_on(sizes: Sizes) -> None:
    before = None
    for inputs, targets in streams_of_positions(sizes):
        assert inputs.shape == targets.shape == sizes[1:]
        torch.testing.assert_close(targets, inputs + 1)
        torch.testing.assert_close(inputs[:, 1:], targets[:, :-1])
        if before is not None:
            torch.testing.assert_close(inputs[:, 0], before)
        before = targets[:, -1]


@drawn
@given(sizes)
def test_each_character_is_a_target_once_but_for_the_remainders(sizes: Sizes) -> None:
    characters, batch_size, window = sizes
    streams = streams_of_positions(sizes)
    seen = [int(t) for _, targets in streams for t in targets.flatten()]
    assert len(seen) == len(set(seen)) == streams.windows * batch_size * window
    # A stream lacks its first character and less than a window; the text less than a row of each.
    assert characters - len(seen) < batch_size * (window + 1) + batch_size


@drawn
@given(sizes, st.integers(0, 20))
def test_a_pass_can_be_taken_up_at_any_window(sizes: Sizes, first: int) -> None:
    streams = streams_of_positions(sizes)
    whole = list(streams)
    rest = list(streams.read_from(first))
    assert len(rest) == max(0, len(whole) - first) == max(0, streams.windows - first)
    for (inputs, targets), (same_inputs, same_targets) in zip(rest, whole[first:], strict=True):
        torch.testing.assert_close(inputs, same_inputs)
        torch.testing.assert_close(targets, same_targets)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_the_rows_of_all_ranks_are_the_whole_batch(size: int) -> None:
    ids = np.arange(200)
    parts = [Streams(ids, 6, 5, rows=World(rank=rank, size=size).rows(6)) for rank in range(size)]
    assert {part.windows for part in parts} == {Streams(ids, 6, 5).windows}
    for (inputs, targets), *shares in zip(Streams(ids, 6, 5), *parts, strict=True):
        torch.testing.assert_close(torch.cat([share[0] for share in shares]), inputs)
        torch.testing.assert_close(torch.cat([share[1] for share in shares]), targets)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_remapping_is_reading_the_text_in_the_other_vocabulary(dtype: type) -> None:
    ids = np.random.default_rng(0).integers(5, size=90).astype(dtype)
    table = np.array([7, 300, 0, 2, 70_000])
    remapped = list(Streams(ids, 3, 4, remap=table))
    assert remapped
    for there, here in zip(remapped, Streams(table[ids], 3, 4), strict=True):
        for a, b in zip(there, here, strict=True):
            assert a.dtype == torch.int64
            torch.testing.assert_close(a, b)


def test_a_window_of_a_memory_map_copies_only_the_window(tmp_path: Path) -> None:
    path = tmp_path / "ids"
    np.arange(1_000_000, dtype=np.uint32).tofile(path)
    ids = np.memmap(path, np.uint32, "r")
    tracemalloc.start()
    try:
        windows = list(itertools.islice(Streams(ids, 10, 50), 3))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(windows) == 3
    assert peak < 50_000  # 3 windows are 12,000 bytes, the text is 4 million
    windows[0][0].fill_(0)
    assert int(ids[1]) == 1


@drawn
@given(batch_size=st.integers(1, 200), window=st.integers(1, 200))
def test_the_error_names_the_least_length_that_is_enough(batch_size: int, window: int) -> None:
    config = TrainingConfig(batch_size=batch_size, window=window)
    with pytest.raises(UserError, match=rf"one batch of {batch_size} x {window}") as caught:
        check_length(0, config)
    enough = int(str(caught.value).split(": ")[1].split(" are")[0].replace(",", ""))
    check_length(enough, config)
    with pytest.raises(UserError, match=f"{enough:,} are needed"):
        check_length(enough - 1, config)
    training, validation, _ = split_bounds(enough)
    assert Streams(np.zeros(enough)[training], batch_size, window).windows >= 1
    assert len(np.zeros(enough)[validation]) >= 2  # the first character is not predicted


@pytest.mark.parametrize("factor", [1, 2, 5])
def test_a_text_that_is_long_enough_is_not_refused(factor: int) -> None:
    config = TrainingConfig(batch_size=32, window=64)
    check_length(math.ceil(32 * 65 / 0.8) * factor, config)
