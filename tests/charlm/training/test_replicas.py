"""Threads that share a batch compute what one thread computes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
import training_helpers as helpers
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from charlm.model import CharLM
from charlm.task import LARGEST_SHARDED, LanguageModelling, choose_shards
from charlm.training.distributed import ROWS_OF_A_THREAD, World
from charlm.training.replicas import Shards
from corpora.known.resolve import encode


@pytest.fixture
def shared_by(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many threads share a batch, from now on."""
    chosen = {"threads": 1}
    monkeypatch.setattr(World, "shards", lambda *_: chosen["threads"])
    return chosen


def task_of(folder: Path, shards: int, **changes: object) -> LanguageModelling:
    asked = helpers.request(helpers.short_text(folder), folder / "run", **changes)
    text = encode(asked.corpus)
    torch.manual_seed(0)
    model = CharLM(asked.model, len(text.vocabulary))
    return LanguageModelling(
        model,
        text.vocabulary,
        text,
        asked.training,
        precision="fp32",
        world=World(),
        shards=shards,
    )


def three_steps(task: LanguageModelling) -> tuple[list[Tensor], Tensor]:
    """Losses, gradients and the state of the streams of three steps, and the generator's state."""
    generator = torch.Generator().manual_seed(5)
    found: list[Tensor] = []
    for _, batch in zip(range(3), task.batches(0, 0), strict=False):
        loss = task.loss(task.model, batch, generator)
        task.model.zero_grad()
        loss.backward()
        gradients = [p.grad for p in task.model.parameters() if p.grad is not None]
        found += [loss.detach(), *(gradient.clone() for gradient in gradients)]
        found += task.carried().values()
    return found, generator.get_state()


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("weight_dropout", [0.0, 0.3])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_losses_gradients_states_and_masks_are_those_of_one_thread(
    tmp_path: Path, cell: str, weight_dropout: float, threads: int
) -> None:
    changes = {"cell": cell, "weight_dropout": weight_dropout, "dropout": 0.3}
    alone, together = (task_of(tmp_path, count, **changes) for count in (1, threads))
    assert alone.shards is None
    assert together.shards is not None
    assert len(together.shards.replicas) == threads
    (expected, after), (found, mine) = three_steps(alone), three_steps(together)
    assert len(expected) > 3 * (1 + len(list(alone.model.parameters())))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
    assert torch.equal(mine, after)


def test_large_layers_are_not_shared(shared_by: dict[str, int]) -> None:
    shared_by["threads"] = 2
    for size, threads in ((LARGEST_SHARDED, 2), (LARGEST_SHARDED + 1, 1)):
        model = helpers.MODEL_CONFIG.replace({"hidden_size": size})
        assert choose_shards(model, helpers.TRAINING_CONFIG, World()) == threads


def test_resuming_is_exact(text: Path, tmp_path: Path, shared_by: dict[str, int]) -> None:
    shared_by["threads"] = 2
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    helpers.trained(helpers.start(helpers.request(text, whole, weight_dropout=0.2)))
    helpers.trained_until(23, helpers.start, helpers.request(text, parts, weight_dropout=0.2))
    helpers.trained(helpers.resume(parts))
    assert helpers.result(parts) == helpers.result(whole)


def test_a_training_goes_on_with_another_number_of_threads(
    text: Path, tmp_path: Path, shared_by: dict[str, int]
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    helpers.trained(helpers.start(helpers.request(text, whole)))
    helpers.trained_until(23, helpers.start, helpers.request(text, parts))
    shared_by["threads"] = 3
    helpers.trained(helpers.resume(parts))
    for one, other in zip(helpers.result(parts).logged, helpers.result(whole).logged, strict=True):
        if "loss" in one:
            assert one["loss"] == pytest.approx(other["loss"], rel=1e-3)


def test_a_failure_in_a_thread_is_told() -> None:
    shards = Shards(torch.nn.Linear(2, 1), 2)

    def loss(index: int, replica: torch.nn.Linear) -> Tensor:
        if index == 1:
            raise ZeroDivisionError
        return replica(torch.ones(2)).sum()

    with pytest.raises(ZeroDivisionError):
        shards.mean(loss)


def test_threads_share_the_cores_and_leave_the_rest_as_it_was() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(6)
    try:
        shards = Shards(torch.nn.Linear(2, 1), 3)
        # Twice: a thread's first product must not undo it.
        for _ in range(2):
            torch.ones(300, 300) @ torch.ones(300, 300)
            assert set(shards.pool.map(lambda _: torch.get_num_threads(), range(30))) == {2}
        assert torch.get_num_threads() == 6
        later: list[int] = []
        thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        assert later == [6]
    finally:
        torch.set_num_threads(before)


@helpers.drawn
@given(rows=st.integers(1, 600), threads=st.integers(1, 32))
def test_the_share_of_a_thread_is_whole_and_not_too_small(rows: int, threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        count = World().shards(rows)
        assert 1 <= count <= threads
        assert rows % count == 0
        assert count == 1 or rows // count >= ROWS_OF_A_THREAD
        assert World(device=torch.device("cuda")).shards(rows) == 1
        assert World(size=2).shards(rows) == 1
    finally:
        torch.set_num_threads(before)
