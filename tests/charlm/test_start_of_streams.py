"""Streams that begin elsewhere in each pass, and states of zeros now and then: exact on resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from test_task import losses_of, task_of
from training_helpers import drawn, request, result, resume, start, trained, trained_until

from charlm.config import TrainingConfig
from charlm.nn.recurrent import flatten_state, zero_rows
from charlm.streams import Streams, check_length
from charlm.training.distributed import World
from corpora.errors import UserError
from corpora.text.normalize import split_bounds


@drawn
@given(st.integers(0, 300), st.integers(1, 7), st.integers(1, 9), st.data())
def test_a_shift_moves_every_stream_and_leaves_every_pass_as_long(
    characters: int, batch_size: int, window: int, data: st.DataObject
) -> None:
    shift = data.draw(st.integers(0, window - 1))
    streams = Streams(np.arange(characters), batch_size, window, shifts=True)
    plain, moved = list(streams.read_from(0)), list(streams.read_from(0, shift))
    assert len(plain) == len(moved) == streams.windows
    for (inputs, targets), (there, after) in zip(plain, moved, strict=True):
        torch.testing.assert_close(there, inputs + shift)
        torch.testing.assert_close(after, targets + shift)
    first = data.draw(st.integers(0, streams.windows))
    for (inputs, _), (again, _) in zip(moved[first:], streams.read_from(first, shift), strict=True):
        torch.testing.assert_close(inputs, again)


@pytest.mark.parametrize("window", [1, 7, 64])
def test_a_text_must_be_long_enough_for_every_shift(window: int) -> None:
    config = TrainingConfig(batch_size=5, window=window, shift_streams=True)
    with pytest.raises(UserError, match="too few for one batch") as caught:
        check_length(0, config)
    enough = int(str(caught.value).split(": ")[1].split(" are")[0].replace(",", ""))
    ids = np.arange(enough)[split_bounds(enough)[0]]
    streams = Streams(ids, 5, window, shifts=True)
    assert all(len(list(streams.read_from(0, shift))) == 1 for shift in (0, window - 1))


def windows_of(task: Any, epoch: int, start: int = 0) -> list[torch.Tensor]:
    return [inputs for inputs, _ in task.batches(epoch, start)]


def test_each_pass_has_a_shift_of_its_own_which_the_seed_draws(tmp_path: Path) -> None:
    task = task_of(tmp_path, shift_streams=True)
    passes = [windows_of(task, epoch) for epoch in range(6)]
    assert len({tuple(windows[0][0].tolist()) for windows in passes}) > 3
    for epoch, windows in enumerate(passes):
        assert len(windows) == task.steps_per_epoch
        for mine, again in zip(windows[5:], windows_of(task, epoch, 5), strict=True):
            assert torch.equal(mine, again)
    other = task_of(tmp_path, shift_streams=True, seed=2)
    assert [w[0].tolist() for w in passes] != [windows_of(other, e)[0].tolist() for e in range(6)]
    plain = task_of(tmp_path)
    assert torch.equal(windows_of(plain, 0)[3], windows_of(plain, 5)[3])


def test_only_the_streams_that_are_named_get_a_state_of_zeros() -> None:
    state: Any = [(torch.ones(1, 4, 3), torch.full((1, 4, 3), torch.inf)), torch.ones(1, 4, 3)]
    for tensor in flatten_state(
        zero_rows(state, torch.tensor([True, False, False, True]))
    ).values():
        assert not tensor[:, [0, 3]].any()
        assert tensor[:, 1:3].all()


def test_zeros_at_every_window_are_texts_of_one_window(tmp_path: Path) -> None:
    task = task_of(tmp_path, zero_state=1.0)
    found = losses_of(task, 0)
    for loss, (inputs, targets) in zip(found, task.batches(0, 0), strict=True):
        task.state = None
        with torch.no_grad():
            logits, _ = task.model(inputs)
        expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        assert loss == pytest.approx(float(expected), abs=1e-5)


def test_zeros_come_as_often_as_they_are_asked_for_and_in_any_stream(tmp_path: Path) -> None:
    """Counted by the first hidden states that a window begins with."""
    task = task_of(tmp_path, zero_state=0.3)
    generator, zeros = torch.Generator().manual_seed(1), torch.zeros(6)
    forward = task.model.forward
    windows = 0

    def look(ids: torch.Tensor, state: Any, *rest: Any) -> Any:
        nonlocal windows
        if state is not None:
            zeros.add_((~state[0][0][0].any(1)).float())
            windows += 1
        return forward(ids, state, *rest)

    task.model.forward = look  # type: ignore[method-assign]
    for epoch in range(5):
        for batch in task.batches(epoch, 0):
            task.loss(task.model, batch, generator)
    assert float(zeros.mean() / windows) == pytest.approx(0.3, abs=0.06)
    assert float(zeros.min()) > 0


def test_the_ranks_draw_for_the_streams_of_all(tmp_path: Path) -> None:
    whole = task_of(tmp_path, zero_state=0.5)
    parts = []
    for rank in range(2):
        part = task_of(tmp_path, zero_state=0.5)
        part.streams = Streams(part.streams.all_ids, 6, 16, rows=World(rank=rank, size=2).rows(6))
        parts.append(part)
    states = []
    for task in (whole, *parts):
        generator = torch.Generator().manual_seed(4)
        for batch, _ in zip(task.batches(0, 0), range(3), strict=False):
            task.loss(task.model, batch, generator)
        states.append(flatten_state(task.state))
    for name, tensor in states[0].items():
        torch.testing.assert_close(torch.cat([part[name] for part in states[1:]], 1), tensor)


@pytest.mark.long
def test_stops_change_no_bit(text: Path) -> None:
    """Within a pass, and where two meet."""
    on = {"shift_streams": True, "zero_state": 0.2, "forget_bias": 1.0}
    whole, parts = Path("whole"), Path("parts")
    trained(start(request(text, whole, **on)))
    trained_until(11, start, request(text, parts, **on))
    for step in (32, 33, 34, 50):
        trained_until(step, resume, parts)
    trained(resume(parts))
    assert result(parts) == result(whole)
    plain = Path("plain")
    trained(start(request(text, plain)))
    assert result(plain).tensors != result(whole).tensors
