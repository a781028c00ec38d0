from __future__ import annotations

import math

import numpy as np
from generation_helpers import (
    some_logits,
)
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import language_model
from training_helpers import drawn

from charlm.generation.sampling import Sampling
from charlm.generation.tokens import Token, log_softmax


@drawn
@given(some_logits, st.data())
def test_the_figures_of_a_token(logits: np.ndarray, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(logits) - 1))
    token = Token("x", index, logits)
    probabilities = np.exp(token.log_probs)
    assert math.isclose(probabilities.sum(), 1, rel_tol=1e-9)
    assert math.isclose(token.probability, probabilities[index])
    assert math.isclose(token.surprisal, -math.log(token.probability), abs_tol=1e-9)
    assert -1e-9 <= token.entropy <= math.log(len(logits)) + 1e-9
    by_hand = np.exp(logits.astype(np.float64))
    np.testing.assert_allclose(probabilities, by_hand / by_hand.sum(), rtol=1e-9)


@drawn
@given(some_logits, st.integers(0, 14))
def test_the_best_are_the_likeliest_in_order(logits: np.ndarray, count: int) -> None:
    token = Token("x", 0, logits)
    best = token.best(count)
    ids = [index for index, _ in best]
    probabilities = np.exp(token.log_probs)
    assert len(set(ids)) == len(best) == min(count, len(logits))
    assert [p for _, p in best] == [probabilities[i] for i in ids]
    assert [p for _, p in best] == sorted(probabilities, reverse=True)[: len(best)]


def test_entropy_is_largest_where_all_are_equal_and_zero_where_one_is_certain() -> None:
    assert math.isclose(Token("x", 0, np.zeros(9, np.float32)).entropy, math.log(9))
    assert Token("x", 0, np.array([0, 900, 0], np.float32)).entropy == 0


@drawn
@given(some_logits, st.floats(-20, 20, width=32))
def test_adding_a_constant_to_logits_changes_no_probability(
    logits: np.ndarray, constant: float
) -> None:
    shifted = logits.astype(np.float64) + constant
    np.testing.assert_allclose(log_softmax(shifted), log_softmax(logits), atol=1e-6)


def test_figures_belong_to_the_model_not_to_the_sampling() -> None:
    model = language_model()
    tokens = list(model.stream("abc", length=5, sampling=Sampling(temperature=0)))
    same = list(model.stream("abc", length=5, sampling=Sampling(temperature=1e-9, top_k=1), seed=1))
    assert [token.surprisal for token in tokens] == [token.surprisal for token in same]
    assert all(token.best(1)[0][0] == token.id for token in tokens)


def test_tokens_keep_their_logits_while_generation_goes_on() -> None:
    tokens = list(language_model().stream("a", length=20, seed=1))
    figures = [token.entropy for token in tokens]
    again = [token.entropy for token in language_model().stream("a", length=20, seed=1)]
    assert figures == again
    assert len({round(figure, 9) for figure in figures}) > 15
