"""The compiled step does what the NumPy step does."""

from __future__ import annotations

import itertools
import sys
from typing import Any

import numpy as np
import pytest
from tiny_models import VOCABULARY, Weights, named, random_weights

from charlm import language_model
from charlm.config import ModelConfig
from charlm.generation import compiled
from charlm.generation.compiled import CompiledNetwork
from charlm.generation.network import Network
from charlm.runs.registry import CHARACTERS, shipped

pytestmark = pytest.mark.long

# 8 and 16 are whole vectors, 5 and 13 are not.
CONFIGS = [
    ModelConfig(
        cell=cell,
        residual=residual,
        embedding_size=embedding,
        hidden_size=hidden,
        num_layers=layers,
    )
    for cell, residual, (embedding, hidden), layers in itertools.product(
        ("rnn", "gru", "lstm"), (False, True), ((8, 8), (5, 13), (13, 13), (3, 16)), (1, 3)
    )
]


def calm(config: ModelConfig) -> Weights:
    """Random weights, small enough that a difference in the last place does not grow."""
    return {name: weight / 2 for name, weight in random_weights(config).items()}


def halved(weights: Weights) -> Weights:
    """The nearest weights that half precision holds."""
    return {name: w.astype(np.float16).astype(np.float32) for name, w in weights.items()}


def both(config: ModelConfig, weights: Weights) -> tuple[Network, CompiledNetwork]:
    size = len(VOCABULARY)
    return Network(config, weights, size), CompiledNetwork(config, weights, size)


def symbols(count: int, streams: int = 1) -> np.ndarray:
    return np.random.default_rng(2).integers(len(VOCABULARY), size=(count, streams))


@pytest.mark.long
@pytest.mark.parametrize("half", [False, True], ids=["single", "half"])
@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_logits_are_those_of_numpy(config: ModelConfig, half: bool) -> None:
    weights = calm(config)
    plain, fast = both(config, halved(weights) if half else weights)
    assert fast.matrices.dtype == (np.uint16 if half else np.float32)
    one, other = plain.start(), fast.start()
    for ids in symbols(40):
        np.testing.assert_allclose(
            fast.step(other, ids), plain.step(one, ids), rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("cell", ["rnn", "rnn_relu", "gru", "lstm"])
@pytest.mark.parametrize("streams", [1, 3])
def test_a_stream_that_has_begun_goes_on_as_one_or_as_many(cell: str, streams: int) -> None:
    config = ModelConfig(cell=cell, hidden_size=8, num_layers=2, embedding_size=8)
    plain, fast = both(config, calm(config))
    one, other = plain.start(), fast.start()
    for ids in symbols(20):
        plain.step(one, ids)
        fast.step(other, ids)
    of_all = np.zeros(streams, np.int64)
    one, mine = one.take(of_all), other.take(of_all)
    np.testing.assert_allclose(mine.logits, one.logits, rtol=1e-4, atol=1e-5)
    for ids in symbols(20, streams):
        np.testing.assert_allclose(fast.step(mine, ids), plain.step(one, ids), rtol=1e-4, atol=1e-5)


def test_a_copy_goes_its_own_way() -> None:
    config = ModelConfig(hidden_size=8, num_layers=2, embedding_size=8)
    fast = CompiledNetwork(config, random_weights(config), len(VOCABULARY))
    state = fast.start()
    fast.step(state, np.array([1]))
    copy = state.take(np.array([0]))
    expected = fast.step(state, np.array([2])).copy()
    fast.step(state, np.array([3]))
    np.testing.assert_array_equal(fast.step(copy, np.array([2])), expected)


def test_tanh_is_exact_to_a_few_units_in_the_last_place() -> None:
    x = np.concatenate([np.geomspace(1e-30, 20, 20_000), np.linspace(0, 10, 20_000)])
    x = np.concatenate([x, -x]).astype(np.float32)
    found = np.array([compiled._tanh(value) for value in x])
    np.testing.assert_allclose(found, np.tanh(x.astype(np.float64)), rtol=3e-7, atol=0)
    for extreme in (np.float32("inf"), np.float32(3e38)):
        assert abs(compiled._tanh(extreme) - 1) < 1e-6
        assert abs(compiled._tanh(-extreme) + 1) < 1e-6


def test_the_smallest_halves_are_widened_exactly() -> None:
    """Below 6e-5 half precision has fewer digits: each of its numbers must come through."""
    config = ModelConfig(cell="rnn", hidden_size=8, num_layers=1, embedding_size=8)
    weights = halved(random_weights(config))
    tiny = np.arange(len(VOCABULARY) * 8, dtype=np.uint16).view(np.float16).astype(np.float32)
    weights["output.weight"] = tiny.reshape(len(VOCABULARY), 8)
    weights["output.bias"][:] = 0
    plain, fast = both(config, weights)
    assert fast.matrices.dtype == np.uint16
    one, other = plain.start(), fast.start()
    for ids in symbols(5):
        expected = plain.step(one, ids)
        assert np.abs(expected).max() > 0
        np.testing.assert_allclose(fast.step(other, ids), expected, rtol=1e-4, atol=1e-11)


@pytest.mark.parametrize("name", shipped(CHARACTERS))
def test_the_shipped_models_write_the_same_text(name: str) -> None:
    plain, fast = language_model.load(name), language_model.load(name, compiled=True)
    assert isinstance(fast.network, CompiledNetwork)
    assert fast.network.matrices.dtype == np.uint16
    asked: dict[str, Any] = {"prompt": "Natasha ", "length": 300, "temperature": 0.8, "seed": 4}
    assert fast.generate(**asked) == plain.generate(**asked)


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("samples", ["1", "3"])
def test_the_command_writes_the_same(charlm: Any, samples: str) -> None:
    asked = ("generate", "runs/tiny", "--length", "60", "--seed", "3", "--samples", samples)
    assert charlm(*asked, "--compiled") == charlm(*asked)


@pytest.mark.usefixtures("run")
def test_without_numba_it_is_one_line(refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "charlm.generation.compiled")
    monkeypatch.setitem(sys.modules, "numba", None)
    line = refused("generate", "runs/tiny", "--compiled")
    assert "pip install 'numba>=0.61'" in line
