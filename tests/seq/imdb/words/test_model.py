"""The word model predicts each word from one side only."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from reviews import examples, pretraining, reader, reviews, word_request, write_csv
from training_helpers import start, trained

from charlm.config import Cell
from charlm.training.distributed import World
from charlm.training.events import Evaluated
from corpora.errors import UserError
from seq.imdb.words.model import WordModel
from seq.imdb.words.task import WordModelling
from seq.layers.adaptive_softmax import AdaptiveSoftmax
from seq.padding import PAD

V = 50


def modelling(
    texts: int, *, bidirectional: bool = True, longest: int = 60, **changes: Any
) -> WordModelling:
    torch.manual_seed(0)
    made = [examples(texts, V, seed=seed, longest=longest).ids for seed in (1, 2)]
    model = WordModel(reader(bidirectional=bidirectional), V, dropout=0.0)
    config = pretraining(**changes)
    return WordModelling(model, "{}", *made, config, precision="fp32", world=World())


def test_each_direction_is_asked_for_the_word_that_it_reads_next() -> None:
    """The streams of the two ways are the same words, one from each end, and nothing is skipped."""
    made = modelling(40, batch_size=3, window=7)
    windows = list(made.batches(0, 0))
    assert len(windows) == made.steps_per_epoch
    read = [torch.cat([inputs[way] for inputs, _ in windows]) for way in range(2)]
    for way in range(2):
        asked = torch.cat([targets[way] for _, targets in windows])
        assert torch.equal(read[way][1:], asked[:-1])
    texts = examples(40, V, seed=1, longest=60).ids
    whole = np.concatenate([part for text in texts for part in (text, [PAD])])
    length = len(whole) // 3
    for way, order in enumerate((whole, whole[::-1])):
        streams = order[: 3 * length].reshape(3, length).T[: len(read[way])]
        assert (read[way].numpy() == streams).all()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("way", [0, 1])
def test_no_loss_depends_on_a_word_that_is_yet_to_come(cell: Cell, way: int) -> None:
    """To the bit: the loss of the first words, in either order of reading."""
    torch.manual_seed(0)
    model = WordModel(reader(bidirectional=True, cell=cell), V, dropout=0.0)
    text = torch.randint(1, V, (20, 2))

    def loss(changed: torch.Tensor, upto: int) -> float:
        order = changed.flip(0) if way else changed
        plain = torch.zeros(1, 2, dtype=torch.long)  # what the other direction reads
        inputs, targets = [plain] * 2, [plain] * 2
        inputs[way], targets[way] = order[:upto], order[1 : upto + 1]
        found: torch.Tensor = model(inputs, targets, [None, None])[0]
        return found.item()

    for upto in (1, 7, 15):
        later = text.clone()
        beyond = slice(None, 20 - upto - 1) if way else slice(upto + 1, None)
        later[beyond] = 1 + later[beyond] % (V - 1)
        assert not torch.equal(later, text)
        assert loss(later, upto) == loss(text, upto)
        seen = text.clone()
        seen[-1 if way else 0] = 1 + seen[-1 if way else 0] % (V - 1)
        assert loss(seen, upto) != loss(text, upto)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_windows_with_the_state_carried_are_one_long_pass(bidirectional: bool) -> None:
    made = modelling(40, bidirectional=bidirectional, batch_size=3, window=7)
    windows = list(made.batches(0, 0))
    generator = torch.Generator()
    parts, again = (
        [made.loss(made.model, window, generator).item() for window in made.batches(epoch, 0)]
        for epoch in range(2)
    )
    assert parts == again  # each pass begins with zeros
    ways = range(2 if bidirectional else 1)
    inputs = [torch.cat([window[0][way] for window in windows]) for way in ways]
    targets = [torch.cat([window[1][way] for window in windows]) for way in ways]
    whole, _ = made.model(inputs, targets, [None] * len(ways))
    assert np.mean(parts) == pytest.approx(whole.item(), abs=1e-6)
    carried = made.carried()
    made.state = [None] * len(ways)
    made.carry(carried)
    for name, tensor in made.carried().items():
        assert torch.equal(tensor, carried[name])


def test_an_evaluation_leaves_the_training_as_it_was() -> None:
    made = modelling(40, batch_size=3, window=7)
    first, *_ = made.batches(0, 0)
    made.loss(made.model, first, torch.Generator())
    before = {name: tensor.clone() for name, tensor in made.carried().items()}
    metrics = made.evaluate()
    assert metrics["perplexity"] == pytest.approx(math.exp(metrics["loss"]))
    assert metrics == made.evaluate()
    assert made.model.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in made.carried().items())


def test_a_word_model_learns_what_comes_next() -> None:
    """Words that follow each other in a circle, which both directions can know."""
    torch.manual_seed(0)
    circle = [np.arange(600) % 20 + 2]
    made = WordModelling(
        WordModel(reader(bidirectional=True, hidden_size=32, embedding_size=32), 22, dropout=0.0),
        "{}",
        circle,
        circle,
        pretraining(),
        precision="fp32",
        world=World(),
    )
    optimizer = torch.optim.Adam(made.model.parameters(), lr=4e-2)
    for epoch in range(8):
        for window in made.batches(epoch, 0):
            optimizer.zero_grad()
            made.loss(made.model, window, torch.Generator()).backward()
            optimizer.step()
    assert made.evaluate()["perplexity"] < 1.5


@pytest.mark.parametrize("words", [*range(3, 21), 50, 130])
def test_the_softmax_is_a_distribution(words: int) -> None:
    torch.manual_seed(0)
    softmax = AdaptiveSoftmax(16, words)
    for x in torch.randn(3, 1, 16) * torch.tensor([0.1, 1.0, 10.0])[:, None, None]:
        log_probs = torch.stack([-softmax(x, torch.tensor([word])) for word in range(words)])
        assert log_probs.exp().sum().item() == pytest.approx(1.0, abs=1e-5)
        with torch.autocast("cpu", torch.bfloat16):
            near = torch.stack([-softmax(x, torch.tensor([word])) for word in range(words)])
        assert near.exp().sum().item() == pytest.approx(1.0, abs=0.02)


def test_the_softmax_of_many_is_the_mean_and_near_in_bf16() -> None:
    torch.manual_seed(0)
    softmax = AdaptiveSoftmax(16, 200)
    x, targets = torch.randn(600, 16), torch.randint(0, 200, (600,))
    mean = softmax(x, targets)
    single = torch.stack([softmax(x[i : i + 1], targets[i : i + 1]) for i in range(600)]).mean()
    torch.testing.assert_close(mean, single)
    with torch.autocast("cpu", torch.bfloat16):
        near = softmax(x, targets)
    assert near.dtype == torch.float32
    assert near.item() == pytest.approx(mean.item(), rel=0.01)


def test_without_a_word_of_a_tail_there_is_still_a_loss() -> None:
    softmax = AdaptiveSoftmax(4, 100)
    loss = softmax(torch.randn(5, 4), torch.zeros(5, dtype=torch.long))
    loss.backward()
    assert torch.isfinite(loss)


def test_a_vocabulary_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="min-frequency"):
        WordModel(reader(), 2, dropout=0.0)
    blank = write_csv(tmp_path / "blank.csv", [(" ", "good"), ("", "bad")] * 40)
    run = tmp_path / "run"
    with (
        pytest.raises(UserError, match=r"every text .* is empty"),
        start(word_request(blank, run, bidirectional=False)),
    ):
        pass
    assert not run.exists()


@pytest.mark.wide
@pytest.mark.parametrize("size", [3, 9, 10])
def test_a_tiny_vocabulary_is_trained_on(tmp_path: Path, size: int) -> None:
    file = write_csv(tmp_path / "own.csv", reviews(60))
    wanted = word_request(file, tmp_path / "run", vocabulary_size=size, epochs=3)
    events = trained(start(wanted))
    losses = [event.loss for event in events if isinstance(event, Evaluated)]
    assert losses[-1] < losses[0] < 1.2 * math.log(size)
