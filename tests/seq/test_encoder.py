"""Padding, packing and batching change no score, and the layers are torch's own."""

from itertools import product

import numpy as np
import pytest
import torch
from reviews import shape
from torch import Tensor, nn

from seq.batches import BATCHES_PER_BUCKET, bucketed, by_length, padded
from seq.classifier import GATES, Classifier
from seq.config import ClassifierConfig
from seq.encoder import Encoder, reversal, reverse

V = 30
SEQUENCES = [np.random.default_rng(seed).integers(1, V, n) for seed, n in enumerate((4, 9, 1, 6))]
SHAPES = [
    shape(
        cell=cell, bidirectional=ways, num_layers=layers, embedding=embedding, pooling=pooling,
        dense_size=dense,
    )
    for (cell, ways, layers), (embedding, pooling, dense) in product(
        product(("rnn", "gru", "lstm"), (False, True), (1, 2)),
        (("learned", "last", 0), ("learned", "mean", 5), ("one-hot", "max", 0),
         ("one-hot", "concat", 5)),
    )
]  # fmt: skip


def classifier(config: ClassifierConfig, seed: int = 0) -> Classifier:
    torch.manual_seed(seed)
    return Classifier(config, V, 3).eval()


@pytest.mark.parametrize("config", SHAPES, ids=lambda c: "-".join(map(str, c.to_json().values())))
def test_packed_padded_batched_and_single_are_the_same(config: ClassifierConfig) -> None:
    model = classifier(config)
    ids, lengths = padded(SEQUENCES)
    longer = torch.cat([ids, torch.full((5, len(SEQUENCES)), 7)])
    model.encoder.sequences = "packed"
    packed = model(ids, lengths)
    model.encoder.sequences = "padded"
    torch.testing.assert_close(model(ids, lengths), packed, atol=1e-6, rtol=0)
    # More padding, and of another kind: not one bit may depend on what it is.
    garbage = torch.where(torch.arange(len(longer))[:, None] < lengths, longer, 7)
    torch.testing.assert_close(model(garbage, lengths), packed, atol=1e-6, rtol=0)
    single = torch.cat([model(*padded([sequence])) for sequence in SEQUENCES])
    torch.testing.assert_close(single, packed, atol=1e-6, rtol=0)


@pytest.mark.parametrize("config", SHAPES[::5], ids=str)
def test_packed_and_padded_have_the_same_gradients(config: ClassifierConfig) -> None:
    model, found = classifier(config), []
    for sequences in ("packed", "padded"):
        model.encoder.sequences = sequences
        model.zero_grad()
        model(*padded(SEQUENCES)).square().sum().backward()
        found.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("cell", "torchs"), [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)])
@pytest.mark.parametrize("sequences", ["packed", "padded"])
def test_the_layers_are_those_of_torch(cell: str, torchs: type[nn.RNNBase], sequences: str) -> None:
    torch.manual_seed(0)
    encoder = Encoder(cell, 5, 7, 2, bidirectional=True)  # type: ignore[arg-type]
    encoder.sequences = sequences  # type: ignore[assignment]
    reference = torchs(5, 7, 2, bidirectional=True)
    for depth, way in product(range(2), range(2)):
        suffix = f"_l{depth}" + ("_reverse" if way else "")
        for name, weight in encoder.at(depth)[way].named_parameters():
            reference.get_parameter(name.replace("_l0", suffix)).data = weight.data
    x, lengths = torch.randn(6, 3, 5), torch.tensor([6, 2, 4])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    expected, _ = nn.utils.rnn.pad_packed_sequence(reference(packed)[0])
    found = encoder(x, lengths)
    for row, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(found[:length, row], expected[:length, row])


def test_reversing_is_its_own_inverse_and_passes_gradients_back() -> None:
    lengths = torch.tensor([4, 1, 3])
    x = torch.randn(4, 3, 2, dtype=torch.float64, requires_grad=True)
    rows = reversal(lengths, 4)
    turned = reverse(x, rows)
    assert torch.equal(reverse(turned, rows), x)
    assert torch.equal(turned[:3, 2], x[:3, 2].flip(0))
    assert torch.equal(turned[3, 2], x[3, 2])
    assert torch.autograd.gradcheck(lambda y: reverse(y, rows), (x,))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_one_hot_word_reads_its_column_of_the_input_matrix(cell: str) -> None:
    model = classifier(shape(cell=cell, embedding="one-hot", bidirectional=True))
    ids, lengths = padded(SEQUENCES)
    one_hot = nn.functional.one_hot(ids, V).float()
    gates = GATES[model.config.cell] * model.config.hidden_size
    encoder = Encoder(model.config.cell, V, 8, bidirectional=True)
    for way, (ours, plain) in enumerate(zip(model.encoder.at(0), encoder.at(0), strict=True)):
        plain.load_state_dict(
            ours.state_dict()
            | {"weight_ih_l0": model.embedding.weight[:, way * gates : (way + 1) * gates].t()}
        )
    expected = model.output(model.pool(encoder(one_hot, lengths), lengths))
    torch.testing.assert_close(model(ids, lengths), expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("config", SHAPES, ids=lambda c: "-".join(map(str, c.to_json().values())))
def test_the_parameters_are_as_many_as_the_textbook_says(config: ClassifierConfig) -> None:
    model = classifier(config)
    counts = model.parameter_counts()
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert sum(counts.values()) == trained
    ways, gates, hidden = 1 + config.bidirectional, GATES[config.cell], config.hidden_size
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


def test_dropout_is_for_training_and_drawn_by_the_generator() -> None:
    model = classifier(shape(dropout=0.5, embedding_dropout=0.5, num_layers=2, dense_size=9))
    batch = padded(SEQUENCES)

    def drawn(seed: int) -> Tensor:
        found: Tensor = model(*batch, torch.Generator().manual_seed(seed))
        return found

    assert torch.equal(drawn(1), drawn(2))
    model.train()
    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


def test_batches_hold_every_example_once_with_little_padding() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 500, 3333)
    for batches in (by_length(lengths, 32), bucketed(lengths, 32, random)):
        assert sorted(np.concatenate(batches)) == list(range(3333))
        assert max(map(len, batches)) == 32
        padding = sum(int(lengths[rows].max()) * len(rows) for rows in batches) / lengths.sum()
        assert padding < 1.1
    shuffled = random.permutation(3333)
    plain = [shuffled[start : start + 32] for start in range(0, 3333, 32)]
    assert sum(int(lengths[rows].max()) * len(rows) for rows in plain) / lengths.sum() > 1.7
    assert 32 * BATCHES_PER_BUCKET < 3333  # so that there is more than one bucket above
