"""What sampling makes of what the model expects."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm.generation.sampling import Sampler, Sampling
from tui.generate.prediction import draw_shares, name_cut, predict

SYMBOLS = tuple("abcdefghij")
DRAWS = 1000
LOGITS = np.linspace(2.0, -2.5, 10).astype(np.float32)[[3, 0, 1, 2, 4, 9, 8, 7, 6, 5]]


def test_without_settings_the_model_is_drawn_from() -> None:
    found = predict(LOGITS, SYMBOLS, Sampling(temperature=1.0), count=10, there=3)
    for one in found.candidates:
        assert one.drawn == pytest.approx(one.share)
    assert sum(one.share for one in found.candidates) == pytest.approx(1)
    assert [one.symbol for one in found.candidates][:4] == ["b", "c", "d", "a"]
    assert (found.rank, found.kept) == (2, 10)
    assert found.there is not None
    assert found.surprisal == pytest.approx(-math.log2(found.there.share))
    shares = [one.share for one in found.candidates]
    assert found.entropy == pytest.approx(-sum(p * math.log2(p) for p in shares))


@settings(derandomize=True, deadline=None, max_examples=15)
@given(
    st.floats(0.2, 2.0),
    st.one_of(st.none(), st.integers(1, 10)),
    st.one_of(st.none(), st.floats(0.1, 1.0)),
)
def test_shares_are_those_that_are_drawn(
    temperature: float, top_k: int | None, top_p: float | None
) -> None:
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    sampler, shares = Sampler(sampling, 1), draw_shares(LOGITS, sampling)
    drawn = np.bincount([int(sampler(LOGITS[:, None])[0]) for _ in range(DRAWS)], minlength=10)
    np.testing.assert_allclose(drawn / DRAWS, shares, atol=0.06)
    assert shares.sum() == pytest.approx(1)
    assert not drawn[shares == 0].any()


def test_the_cut_is_where_nothing_more_is_drawn() -> None:
    found = predict(LOGITS, SYMBOLS, Sampling(temperature=0.7, top_k=4), count=10)
    assert [one.drawn > 0 for one in found.candidates] == [True] * 4 + [False] * 6
    assert (found.kept, found.there, found.surprisal) == (4, None, None)
    certain = predict(LOGITS, SYMBOLS, Sampling(temperature=0.0), count=10)
    assert [one.drawn for one in certain.candidates][:2] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("sampling", "name"),
    [
        (Sampling(temperature=0.7), ""),
        (Sampling(temperature=0.0, top_k=3), "T 0"),
        (Sampling(top_k=3), "top-k"),
        (Sampling(top_p=0.9), "top-p"),
        (Sampling(top_p=0.9, top_k=3), "top-k and top-p"),
    ],
)
def test_the_cut_has_a_name(sampling: Sampling, name: str) -> None:
    assert name_cut(sampling) == name
