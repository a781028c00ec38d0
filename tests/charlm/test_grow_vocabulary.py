from __future__ import annotations

import numpy as np
import pytest
from tiny_models import CONFIG, VOCABULARY, Weights, random_text, random_weights

from charlm.generation.network import Network
from charlm.generation.tokens import log_softmax
from charlm.generation.weights import check_shapes
from charlm.start import grow_vocabulary

SIZE = len(VOCABULARY)


def trained_like(cell: str, seed: int = 0) -> Weights:
    """Weights whose output bias tells frequent symbols from rare ones, as a text teaches it."""
    weights = random_weights(CONFIG.replace({"cell": cell}), seed=seed)
    weights["output.bias"] = np.linspace(1, -6, SIZE, dtype=np.float32)
    return weights


def enlarged(weights: Weights, added: int) -> Weights:
    return grow_vocabulary(weights, SIZE + added, np.random.default_rng(2))


@pytest.mark.parametrize("added", [0, 1, 7])
def test_what_was_there_stays_bit_by_bit(added: int) -> None:
    weights = trained_like("lstm")
    before = {name: array.copy() for name, array in weights.items()}
    larger = enlarged(weights, added)
    assert set(larger) == set(weights)
    check_shapes(CONFIG, larger, SIZE + added)
    for name, array in before.items():
        np.testing.assert_array_equal(larger[name][: len(array)], array)
        np.testing.assert_array_equal(weights[name], array)
        assert larger[name].dtype == np.float32
        assert np.isfinite(larger[name]).all()


@pytest.mark.parametrize("added", [1, 7])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_old_distribution_is_nearly_unchanged(cell: str, added: int) -> None:
    weights = trained_like(cell)
    config = CONFIG.replace({"cell": cell})
    old = Network(config, weights, SIZE)
    new = Network(config, enlarged(weights, added), SIZE + added)
    states = old.start(), new.start()
    for index in VOCABULARY.encode(random_text(60)):
        before = log_softmax(old.step(states[0], np.array([index]))[:, 0])
        after = log_softmax(new.step(states[1], np.array([index]))[:, 0])
        among_old = after[:SIZE] - np.log(np.exp(after[:SIZE]).sum())
        np.testing.assert_allclose(among_old, before, atol=1e-5)
        assert np.exp(after[SIZE:]).sum() < 0.02 * added
        assert (after[SIZE:] < np.log(1 / SIZE)).all(), "less likely than a guess"


def test_new_symbols_can_be_read_and_are_told_apart() -> None:
    weights = trained_like("lstm")
    new = Network(CONFIG, enlarged(weights, 3), SIZE + 3)
    after = [new.step(new.start(), np.array([index])).copy() for index in range(SIZE, SIZE + 3)]
    assert np.abs(after[0] - after[1]).max() > 1e-3
    assert np.abs(after[1] - after[2]).max() > 1e-3


def test_new_embeddings_are_of_the_scale_of_the_old() -> None:
    weights = trained_like("lstm")
    weights["embedding.weight"] *= np.array([1e-3, 1, 1, 10, 100], np.float32)
    old = weights["embedding.weight"]
    new = enlarged(weights, 400)["embedding.weight"][SIZE:]
    np.testing.assert_allclose(new.std(axis=0), old.std(axis=0), rtol=0.25)
    assert (np.abs(new.mean(axis=0) - old.mean(axis=0)) < old.std(axis=0)).all()


def test_the_same_generator_grows_the_same() -> None:
    one, two = (enlarged(trained_like("gru"), 4) for _ in range(2))
    for name, array in one.items():
        np.testing.assert_array_equal(two[name], array)
