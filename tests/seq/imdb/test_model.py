"""The classifier: padding, packing and batching change no score, and parameters are counted."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from reviews import shape
from torch import Tensor
from torch.nn import functional as F

from charlm.config import Cell
from seq.batches import pad
from seq.imdb.config import ClassifierConfig
from seq.imdb.model import Classifier
from seq.layers.encoder import Encoder
from seq.layers.pooling import pool

V = 30
SEQUENCES = [np.random.default_rng(seed).integers(1, V, n) for seed, n in enumerate((4, 9, 1, 6))]
SHAPES = [
    shape(
        cell=cell,
        bidirectional=ways,
        num_layers=layers,
        embedding=embedding,
        pooling=pooling,
        dense_size=5 if pooling in ("mean", "concat") else 0,
    )
    for cell, ways, layers, embedding, pooling in product(
        ("rnn", "gru", "lstm"),
        (False, True),
        (1, 2),
        ("learned", "one-hot"),
        ("last", "mean", "max", "concat"),
    )
]


def named(config: ClassifierConfig) -> str:
    ways = "both" if config.bidirectional else "one"
    return f"{config.cell}-{ways}-{config.num_layers}-{config.embedding}-{config.pooling}"


def gradients(model: Classifier, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
    """The slope of some function of the logits by each trained parameter."""
    model.zero_grad()
    model(*batch).square().sum().backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def classifier(config: ClassifierConfig, seed: int = 0) -> Classifier:
    torch.manual_seed(seed)
    return Classifier(config, V, 3).eval()


@pytest.mark.parametrize("config", SHAPES, ids=named)
def test_packed_padded_batched_and_single_are_the_same(config: ClassifierConfig) -> None:
    model = classifier(config)
    ids, lengths = pad(SEQUENCES)
    longer = torch.cat([ids, torch.full((5, len(SEQUENCES)), 7)])
    model.encoder.packed = True
    packed = model(ids, lengths)
    model.encoder.packed = False
    torch.testing.assert_close(model(ids, lengths), packed, atol=1e-6, rtol=0)
    # More padding, and of another kind: not one bit may depend on what it is.
    garbage = torch.where(torch.arange(len(longer))[:, None] < lengths, longer, 7)
    torch.testing.assert_close(model(garbage, lengths), packed, atol=1e-6, rtol=0)
    single = torch.cat([model(*pad([sequence])) for sequence in SEQUENCES])
    torch.testing.assert_close(single, packed, atol=1e-6, rtol=0)


@pytest.mark.parametrize("config", SHAPES[::7], ids=named)
def test_packed_and_padded_have_the_same_gradients(config: ClassifierConfig) -> None:
    model, found = classifier(config), []
    for packed in (True, False):
        model.encoder.packed = packed
        found.append(gradients(model, pad(SEQUENCES)))
    assert found[0].keys() == {n for n, p in model.named_parameters() if p.requires_grad}
    for name, one in found[0].items():
        torch.testing.assert_close(one, found[1][name], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("config", SHAPES[::7], ids=named)
def test_padding_is_never_learned_from(config: ClassifierConfig) -> None:
    """Whatever the padding is, it moves neither a logit nor a gradient, by a single bit."""
    model = classifier(config)
    ids, lengths = pad(SEQUENCES)
    padding = torch.arange(len(ids))[:, None] >= lengths
    expected, slopes = model(ids, lengths), gradients(model, (ids, lengths))
    for seed in range(3):
        noise = torch.randint(V, ids.shape, generator=torch.Generator().manual_seed(seed))
        other = torch.where(padding, noise, ids)
        assert torch.equal(model(other, lengths), expected)
        for name, slope in gradients(model, (other, lengths)).items():
            assert torch.equal(slope, slopes[name]), name


def test_a_text_reads_the_same_whatever_it_is_batched_with() -> None:
    model = classifier(shape(bidirectional=True, num_layers=2, pooling="concat"))
    random = np.random.default_rng(0)
    text = random.integers(1, V, 5)
    alone = model(*pad([text]))
    for longest in (5, 6, 40, 300):
        others = [random.integers(1, V, n) for n in (longest, 1, longest // 2)]
        together = model(*pad([others[0], text, *others[1:]]))[1:2]
        torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)


@pytest.mark.parametrize("cell", ["rnn", "rnn_relu", "gru", "lstm"])
@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("depths", [1, 2])
def test_a_one_hot_word_reads_its_column_of_the_input_matrix(
    cell: Cell, ways: int, depths: int
) -> None:
    """What is looked up is what a layer that is fed with one-hot vectors computes and learns."""
    model = classifier(
        shape(cell=cell, embedding="one-hot", bidirectional=ways == 2, num_layers=depths)
    )
    ids, lengths = pad(SEQUENCES)
    plain = Encoder(cell, V, 8, depths, bidirectional=ways == 2)
    columns = model.embedding.weight.detach().t().chunk(ways)
    state = model.encoder.state_dict()
    state |= {f"layers.0.{way}.weight_ih_l0": matrix for way, matrix in enumerate(columns)}
    plain.load_state_dict(state)
    states = plain(F.one_hot(ids, V).float(), lengths)
    expected = model.output(pool(states, lengths, model.config.pooling, model.config.hidden_size))
    torch.testing.assert_close(model(ids, lengths), expected, atol=1e-6, rtol=0)

    found = gradients(model, (ids, lengths))
    expected.square().sum().backward()
    slopes = {name: p.grad for name, p in plain.named_parameters() if p.grad is not None}
    first = [slopes.pop(f"layers.0.{way}.weight_ih_l0").t() for way in range(ways)]
    torch.testing.assert_close(
        found["embedding.weight"][1:], torch.cat(first, dim=1)[1:], atol=1e-6, rtol=1e-5
    )
    for name, slope in slopes.items():
        torch.testing.assert_close(found[f"encoder.{name}"], slope, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("config", "recurrent"),
    [
        (ClassifierConfig(cell="rnn"), 20_200),
        (ClassifierConfig(cell="gru"), 60_600),
        (ClassifierConfig(cell="lstm"), 80_800),
        (ClassifierConfig(cell="rnn", bidirectional=True), 40_400),
        (ClassifierConfig(cell="lstm", embedding_size=20, hidden_size=64), 22_016),
        (ClassifierConfig(cell="rnn", num_layers=2), 40_400),
    ],
)
def test_known_counts(config: ClassifierConfig, recurrent: int) -> None:
    """By hand: of an RNN with E = H = 100, 100·100 + 100·100 + 2·100; the textbook's LSTM of 64."""
    counts = classifier(config).parameter_counts()
    assert counts["recurrent"] == recurrent
    assert counts["embedding"] == V * config.embedding_size


@pytest.mark.parametrize("config", SHAPES, ids=named)
def test_the_parameters_are_as_many_as_the_textbook_says(config: ClassifierConfig) -> None:
    model = classifier(config)
    counts = model.parameter_counts()
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert sum(counts.values()) == trained
    gates = {"rnn": 1, "gru": 3, "lstm": 4}[config.cell]
    ways, hidden = 1 + config.bidirectional, config.hidden_size
    below = config.embedding_size
    if config.embedding == "one-hot":  # the input matrix counts as the embedding
        assert counts["embedding"] == V * ways * gates * hidden
        below = 0
    else:
        assert counts["embedding"] == V * below
    first = ways * gates * (below * hidden + hidden * hidden + 2 * hidden)
    more = ways * gates * (ways * hidden * hidden + hidden * hidden + 2 * hidden)
    assert counts["recurrent"] == first + more * (config.num_layers - 1)
    pooled = ways * hidden * (3 if config.pooling == "concat" else 1)
    assert counts["dense"] == (pooled + 1) * config.dense_size
    assert counts["output"] == ((config.dense_size or pooled) + 1) * 3


@pytest.mark.parametrize("change", [{"dropout": 0.5}, {"embedding_dropout": 0.5}, {}])
@pytest.mark.parametrize("embedding", ["learned", "one-hot"])
def test_dropout_is_for_training_and_drawn_by_the_generator(
    change: dict[str, float], embedding: str
) -> None:
    model = classifier(shape(num_layers=2, dense_size=9, embedding=embedding, **change))
    batch = pad(SEQUENCES)

    def drawn(seed: int) -> Tensor:
        found: Tensor = model(*batch, torch.Generator().manual_seed(seed))
        return found

    plain = drawn(1)
    assert torch.equal(plain, drawn(2))
    model.train()
    assert torch.equal(drawn(1), drawn(1))
    assert torch.equal(drawn(1), drawn(2)) == (not change)
    assert torch.equal(drawn(1), plain) == (not change)


def test_dropout_draws_from_no_other_generator() -> None:
    model = classifier(shape(num_layers=2, dropout=0.5, embedding_dropout=0.5)).train()
    before = torch.get_rng_state()
    model(*pad(SEQUENCES), torch.Generator().manual_seed(1))
    assert torch.equal(torch.get_rng_state(), before)
