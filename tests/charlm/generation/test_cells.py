import itertools

import numpy as np
import pytest
import torch
from tiny_models import CONFIG, VOCABULARY, named, random_weights

from charlm.config import ModelConfig
from charlm.generation.network import Network, State, shapes
from charlm.model import CharLM
from corpora.errors import UserError

SYMBOLS = 11
LENGTH = 40

CONFIGS = [
    ModelConfig(
        cell=cell,
        residual=residual,
        embedding_size=embedding_size,
        hidden_size=12,
        num_layers=num_layers,
    )
    for cell, residual, embedding_size, num_layers in itertools.product(
        ("rnn", "gru", "lstm"), (False, True), (12, 7), (1, 2, 3)
    )
]


def torch_model(config: ModelConfig) -> CharLM:
    """A model whose weights are all random and large enough to leave the linear range."""
    generator = torch.Generator().manual_seed(3)
    model = CharLM(config, SYMBOLS).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.5, generator=generator)
    return model


def network(config: ModelConfig) -> Network:
    weights = {name: t.numpy() for name, t in torch_model(config).state_dict().items()}
    return Network(config, weights, SYMBOLS)


def ids(streams: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(SYMBOLS, size=(streams, LENGTH))


def logits_of(net: Network, state: State, rows: np.ndarray) -> np.ndarray:
    """Read `rows` (N, T); return the logits after each symbol, (N, T, V)."""
    return np.stack([net.step(state, column).T.copy() for column in rows.T], axis=1)


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    assert np.abs(found - expected).max() <= 1e-5 * max(1.0, np.abs(expected).max())


@pytest.mark.parametrize("streams", [1, 5])
@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_the_cells_equal_those_of_torch(config: ModelConfig, streams: int) -> None:
    rows = ids(streams)
    net = network(config)
    found = logits_of(net, net.start(streams), rows)
    with torch.inference_mode():
        expected, _ = torch_model(config)(torch.from_numpy(rows))
    assert_same(found, expected.numpy())
    assert np.ptp(found, axis=(0, 1)).min() > 0.05, "what was read makes a difference"


@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_many_streams_equal_one_by_one(config: ModelConfig) -> None:
    rows = ids(4)
    net = network(config)
    together = logits_of(net, net.start(4), rows)
    for row, found in zip(rows, together, strict=True):
        assert_same(found[None], logits_of(net, net.start(), row[None]))


@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_a_copy_goes_its_own_way(config: ModelConfig) -> None:
    first, second, third = (ids(2, seed) for seed in (1, 2, 3))
    net = network(config)
    state = net.start(2)
    logits_of(net, state, first)
    copy = state.copy()
    both = [
        (net.step(state, a).T.copy(), net.step(copy, b).T.copy())  # turn by turn
        for a, b in zip(second.T, third.T, strict=True)
    ]
    for index, other in enumerate((second, third)):
        whole = logits_of(net, net.start(2), np.concatenate([first, other], axis=1))
        np.testing.assert_array_equal(
            np.stack([turn[index] for turn in both], 1), whole[:, LENGTH:]
        )


@pytest.mark.parametrize("config", CONFIGS[::4], ids=named)
def test_streams_are_taken_in_any_order_and_repeated(config: ModelConfig) -> None:
    order = np.array([2, 0, 2, 1, 2])
    before, after = ids(3, seed=1), ids(5, seed=2)
    net = network(config)
    state = net.start(3)
    logits_of(net, state, before)
    found = logits_of(net, state.take(order), after)
    whole = logits_of(net, net.start(5), np.concatenate([before[order], after], axis=1))
    assert_same(found, whole[:, LENGTH:])


def test_a_state_begins_without_a_memory_of_others() -> None:
    net = network(CONFIGS[-1])
    rows = ids(1)
    first = logits_of(net, net.start(), rows)
    logits_of(net, net.start(), ids(1, seed=9))
    np.testing.assert_array_equal(logits_of(net, net.start(), rows), first)


@pytest.mark.parametrize("config", [CONFIG.replace({"cell": c}) for c in ("rnn", "gru", "lstm")])
def test_the_shapes_are_those_of_torch(config: ModelConfig) -> None:
    state = CharLM(config, len(VOCABULARY)).state_dict()
    assert {name: tuple(t.shape) for name, t in state.items()} == shapes(config, len(VOCABULARY))


@pytest.mark.parametrize("name", sorted(shapes(CONFIG, len(VOCABULARY))))
def test_weights_that_do_not_fit_are_refused(name: str) -> None:
    weights = random_weights()
    right = weights[name]
    wrong = [right[:-1], right[..., None], np.concatenate([right, right]), right.ravel()[:1]]
    if right.ndim == 2:
        wrong += [right.T, right.ravel()]
    for array in wrong:
        with pytest.raises(UserError, match=name):
            Network(CONFIG, {**weights, name: array}, len(VOCABULARY))
    rest = {other: array for other, array in weights.items() if other != name}
    for broken in (rest, {**rest, "else": right}, {**weights, "more": right}):
        with pytest.raises(UserError):
            Network(CONFIG, broken, len(VOCABULARY))


@pytest.mark.parametrize(
    "changes",
    [
        {"num_layers": 1},
        {"num_layers": 65536},
        {"hidden_size": 65536},
        {"embedding_size": 6},
        {"cell": "gru"},
        {"cell": "rnn"},
    ],
)
def test_weights_of_another_shape_of_model_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UserError):
        Network(CONFIG.replace(changes), random_weights(), len(VOCABULARY))


@pytest.mark.parametrize("size", [0, 1, len(VOCABULARY) - 1, len(VOCABULARY) + 1])
def test_a_vocabulary_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(UserError):
        Network(CONFIG, random_weights(), size)


def test_a_model_without_symbols_is_refused() -> None:
    nothing = {name: np.zeros(shape, np.float32) for name, shape in shapes(CONFIG, 0).items()}
    with pytest.raises(UserError, match="empty vocabulary"):
        Network(CONFIG, nothing, 0)
