"""Padding, packing and batching change no score, and the layers are torch's own."""

from itertools import product

import numpy as np
import pytest
import torch
from reviews import shape
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.config import Cell
from charlm.nn.dropout import locked_dropout
from seq.batches import BATCHES_PER_BUCKET, bucketed, by_length, padded
from seq.imdb.config import ClassifierConfig, Sequences
from seq.imdb.model import Classifier
from seq.layers.encoder import Encoder
from seq.layers.pooling import pool
from seq.layers.reversal import reversal, reverse

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
    ids, lengths = padded(SEQUENCES)
    longer = torch.cat([ids, torch.full((5, len(SEQUENCES)), 7)])
    model.encoder.packed = True
    packed = model(ids, lengths)
    model.encoder.packed = False
    torch.testing.assert_close(model(ids, lengths), packed, atol=1e-6, rtol=0)
    # More padding, and of another kind: not one bit may depend on what it is.
    garbage = torch.where(torch.arange(len(longer))[:, None] < lengths, longer, 7)
    torch.testing.assert_close(model(garbage, lengths), packed, atol=1e-6, rtol=0)
    single = torch.cat([model(*padded([sequence])) for sequence in SEQUENCES])
    torch.testing.assert_close(single, packed, atol=1e-6, rtol=0)


@pytest.mark.parametrize("config", SHAPES[::7], ids=named)
def test_packed_and_padded_have_the_same_gradients(config: ClassifierConfig) -> None:
    model, found = classifier(config), []
    for sequences in ("packed", "padded"):
        model.encoder.sequences = sequences
        found.append(gradients(model, padded(SEQUENCES)))
    assert found[0].keys() == {n for n, p in model.named_parameters() if p.requires_grad}
    for name, one in found[0].items():
        torch.testing.assert_close(one, found[1][name], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("config", SHAPES[::7], ids=named)
def test_padding_is_never_learned_from(config: ClassifierConfig) -> None:
    """Whatever the padding is, it moves neither a logit nor a gradient, by a single bit."""
    model = classifier(config)
    ids, lengths = padded(SEQUENCES)
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
    alone = model(*padded([text]))
    for longest in (5, 6, 40, 300):
        others = [random.integers(1, V, n) for n in (longest, 1, longest // 2)]
        together = model(*padded([others[0], text, *others[1:]]))[1:2]
        torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("cell", "torchs"), [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)])
@pytest.mark.parametrize("sequences", ["packed", "padded"])
@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("depths", [1, 2])
def test_the_layers_are_those_of_torch(
    cell: Cell, torchs: type[nn.RNNBase], sequences: Sequences, ways: int, depths: int
) -> None:
    torch.manual_seed(0)
    encoder = Encoder(cell, 5, 7, depths, bidirectional=ways == 2)
    encoder.sequences = sequences
    reference = torchs(5, 7, depths, bidirectional=ways == 2)
    for depth, way in product(range(depths), range(ways)):
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
@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("depths", [1, 2])
def test_a_one_hot_word_reads_its_column_of_the_input_matrix(
    cell: Cell, ways: int, depths: int
) -> None:
    """What is looked up is what a layer that is fed with one-hot vectors computes and learns."""
    model = classifier(
        shape(cell=cell, embedding="one-hot", bidirectional=ways == 2, num_layers=depths)
    )
    ids, lengths = padded(SEQUENCES)
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
    batch = padded(SEQUENCES)

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
    model(*padded(SEQUENCES), torch.Generator().manual_seed(1))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_mask_is_one_for_all_words_of_a_text_and_another_for_each_text() -> None:
    x = torch.ones(7, 400, 50)
    found = locked_dropout(x, 0.3, torch.Generator().manual_seed(1))
    assert (found == found[0]).all()
    assert found.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    assert found.mean().item() == pytest.approx(1.0, abs=0.02)
    assert len(found[0].unique(dim=0)) == 400
    assert locked_dropout(x, 0.0, None) is x
    shares = [
        locked_dropout(part, 0.3, torch.Generator().manual_seed(1), rank=rank, ranks=2)
        for rank, part in enumerate(x.chunk(2, dim=1))
    ]
    assert torch.equal(torch.cat(shares, dim=1), found)


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
