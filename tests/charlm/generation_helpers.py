"""What the tests of generation share: random networks, tables of bigrams, and logits."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from charlm.config import ModelConfig
from charlm.generation.network import Network, State
from charlm.model import CharLM
from corpora.text.vocabulary import Vocabulary

ABC = Vocabulary(("\n", "a", "b", "c"))
HUGE = float(np.finfo(np.float32).max)


some_logits = arrays(
    np.float32, st.integers(1, 12), elements=st.floats(-30, 30, width=32, allow_subnormal=False)
)


class Bigrams:
    """A stand-in for a network: the logits after a symbol are its row of a table (V, V)."""

    def __init__(self, table: Any) -> None:
        self.table = np.asarray(table, np.float32)

    def start(self, streams: int = 1) -> BigramState:
        return BigramState(len(self.table), streams)

    def step(self, state: BigramState, ids: np.ndarray) -> np.ndarray:
        state.logits[:] = self.table[ids].T
        return state.logits


class BigramState:
    def __init__(self, symbols: int, streams: int) -> None:
        self.streams, self.logits = streams, np.full((symbols, streams), np.nan, np.float32)

    def take(self, streams: np.ndarray) -> BigramState:
        return BigramState(len(self.logits), len(streams))


def certain(**follower: str) -> Any:
    """A model of ABC that is certain of what follows each letter; an "a" follows a line feed."""
    table = np.full((len(ABC), len(ABC)), -HUGE)
    for first, second in {"\n": "a", **follower}.items():
        table[ABC.index(first), ABC.index(second)] = HUGE
    return Bigrams(table)


CYCLE = certain(a="b", b="c", c="a")


EVEN: Any = Bigrams(np.zeros((len(ABC), len(ABC))))


def text_of(tokens: Any) -> str:
    return "".join(token.character for token in tokens)


def assert_likely(counts: np.ndarray, probabilities: np.ndarray) -> None:
    """Pearson's test: by chance its statistic passes the mean by six deviations 1 in 10^5 times."""
    expected = counts.sum() * probabilities
    assert not counts[expected == 0].any()
    statistic = ((counts - expected)[expected > 0] ** 2 / expected[expected > 0]).sum()
    freedom = np.count_nonzero(expected) - 1
    assert statistic < freedom + 6 * math.sqrt(2 * max(1, freedom))


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
