from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from generation_helpers import (
    HUGE,
    assert_likely,
    some_logits,
)
from hypothesis import given
from hypothesis import strategies as st
from training_helpers import drawn

from charlm.generation.sampling import Sampler, Sampling, weigh_symbols
from charlm.generation.tokens import Token
from corpora.errors import UserError

LOGITS = np.array([0.3, 2.0, -1.0, 1.2, 0.0, -4.0, 1.9, 0.7], np.float32)


def draws(logits: np.ndarray, sampling: Sampling, streams: int, calls: int) -> np.ndarray:
    """How often each symbol is drawn from the same logits."""
    sampler = Sampler(sampling, seed=5, streams=streams)
    columns = np.repeat(logits[:, None], streams, axis=1)
    ids = np.concatenate([sampler(columns) for _ in range(calls)])
    return np.bincount(ids, minlength=len(logits))


@pytest.mark.parametrize(("streams", "calls"), [(1, 20_000), (100, 200)])
@pytest.mark.parametrize("temperature", [0.3, 0.7, 1.0, 2.0])
def test_frequencies_are_the_softmax_at_the_temperature(
    temperature: float, streams: int, calls: int
) -> None:
    counts = draws(LOGITS, Sampling(temperature=temperature), streams, calls)
    scaled = np.exp(LOGITS.astype(np.float64) / temperature)
    assert_likely(counts, scaled / scaled.sum())


def test_frequencies_of_top_k_and_top_p() -> None:
    sampling = Sampling(temperature=1.0, top_k=4, top_p=0.8)
    kept = np.argsort(-LOGITS)[:3]  # of the four likeliest, the fourth begins above 0.8
    expected = np.zeros(len(LOGITS))
    expected[kept] = np.exp(LOGITS[kept].astype(np.float64))
    for streams, calls in ((1, 10_000), (100, 100)):
        assert_likely(draws(LOGITS, sampling, streams, calls), expected / expected.sum())


@drawn
@given(some_logits)
def test_temperature_zero_and_nearly_zero_take_the_likeliest(logits: np.ndarray) -> None:
    for temperature in (0.0, 5e-324, 1e-300, 1e-9):
        for streams in (1, 3):
            ids = Sampler(Sampling(temperature=temperature), 1, streams)(
                np.repeat(logits[:, None], streams, axis=1)
            )
            assert (logits[ids] >= logits.max() - 1e-6).all()


def test_a_high_temperature_is_nearly_uniform() -> None:
    counts = draws(LOGITS, Sampling(temperature=100), 100, 200)
    share = counts / counts.sum()
    assert np.abs(share - 1 / len(LOGITS)).max() < 0.02


Weighed = tuple[np.ndarray, Any, np.ndarray, np.ndarray]


@st.composite
def weighed(draw: st.DrawFn, name: str, limits: st.SearchStrategy[Any]) -> Weighed:
    """Logits, a limit of that name, and what the symbols weigh without the limit and with it."""
    logits, limit, temperature = draw(some_logits), draw(limits), draw(st.floats(0.1, 10))
    free, cut = (
        weigh_symbols(logits[:, None], Sampling(temperature=temperature, **given))[:, 0]
        for given in ({}, {name: limit})
    )
    return logits, limit, free, cut


@drawn
@given(weighed("top_k", st.integers(1, 14)))
def test_top_k_keeps_the_k_likeliest_as_they_were(found: Weighed) -> None:
    logits, k, free, cut = found
    kept = np.flatnonzero(cut)
    assert len(kept) == min(k, np.count_nonzero(free))
    np.testing.assert_array_equal(cut[kept], free[kept])
    if len(kept) < len(logits):
        assert logits[kept].min() >= np.delete(logits, kept).max()


@drawn
@given(weighed("top_p", st.floats(0.01, 0.999)))
def test_top_p_keeps_the_smallest_set_that_sums_to_p(found: Weighed) -> None:
    logits, p, free, cut = found
    kept = np.flatnonzero(cut)
    np.testing.assert_array_equal(cut[kept], free[kept])
    assert len(kept) == len(logits) or free[kept].min() >= np.delete(free, kept).max()
    total, held = free.sum(), cut.sum()
    assert held >= p * total * (1 - 1e-12)
    assert held - free[kept].min() < p * total * (1 + 1e-12)


@pytest.mark.parametrize("k", range(1, 7))
def test_of_equals_top_k_still_keeps_k(k: int) -> None:
    mass = weigh_symbols(np.zeros((6, 2)), Sampling(top_k=k))
    assert np.count_nonzero(mass, axis=0).tolist() == [k, k]


def test_cutting_nothing_changes_nothing() -> None:
    free = weigh_symbols(LOGITS[:, None], Sampling())
    for sampling in (Sampling(top_k=8), Sampling(top_k=10**9), Sampling(top_p=1.0)):
        np.testing.assert_array_equal(weigh_symbols(LOGITS[:, None], sampling), free)


@pytest.mark.parametrize(
    "logits",
    [
        [HUGE, -HUGE, 0.0],
        [-HUGE, -HUGE, -HUGE],
        [HUGE, HUGE, -HUGE],
        [1e30, 1e30 + 1e25, 0.0],
        [0.0, -1e-45, 1e-45],
        [7.0],
    ],
)
@pytest.mark.parametrize("temperature", [0.0, 5e-324, 1e-30, 0.7, 100.0])
def test_extreme_logits_do_not_overflow(logits: list[float], temperature: float) -> None:
    column = np.array(logits, np.float32)[:, None]
    exact = column.astype(np.float64)
    for streams in (1, 4):
        for cuts in ({}, {"top_k": 2}, {"top_p": 0.5}):
            sampler = Sampler(Sampling(temperature=temperature, **cuts), 1, streams)
            for _ in range(20):
                ids = sampler(np.repeat(column, streams, axis=1))
                assert (exact[ids] >= exact.max() - 1e26).all(), "the impossible is never drawn"
    token = Token("x", 0, column[:, 0])
    assert math.isclose(np.exp(token.log_probs).sum(), 1)
    assert 0 <= token.entropy <= math.log(len(logits)) + 1e-9
    assert math.isfinite(token.surprisal)


@pytest.mark.parametrize("streams", [1, 3])
@pytest.mark.parametrize(("number", "drawn_id"), [(0.0, 1), (1 - 2**-53, 3)])
def test_the_ends_of_the_random_range_draw_what_is_possible(
    number: float, drawn_id: int, streams: int
) -> None:
    class Constant:
        def random(self, size: int) -> np.ndarray:
            return np.full(size, number)

    logits = np.array([-HUGE, 0, 0, 0, -HUGE, -HUGE], np.float32)
    sampler = Sampler(Sampling(temperature=1), 1, streams)
    sampler.generators = [Constant()] * streams  # type: ignore[list-item]
    ids = sampler(np.repeat(logits[:, None], streams, axis=1))
    assert ids.tolist() == [drawn_id] * streams


@pytest.mark.parametrize(
    "bad",
    [{"temperature": value} for value in (-1e-9, 100.1, math.inf, -math.inf, math.nan)]
    + [{"top_k": value} for value in (0, -1, -(10**30))]
    + [{"top_p": value} for value in (0, -0.1, 1.0001, math.inf, math.nan)],
)
def test_impossible_settings_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=next(iter(bad)).replace("_", "-")):
        Sampling(**bad)
