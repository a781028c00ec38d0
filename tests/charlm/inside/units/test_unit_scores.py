from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from charlm.inside.units.probes import fit_and_predict, predict_from_characters
from charlm.inside.units.unit_scores import (
    compute_auc,
    compute_spearman,
    find_strength,
    rank,
    score,
)

few_values = arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(2, 15)),
    elements=st.integers(-3, 3).map(float),
)


@given(few_values)
def test_ranks_equal_their_definition(values: np.ndarray) -> None:
    """The rank is the number of smaller values, and half the number of other equal ones, + 1."""
    own, others = values[:, :, None], values[:, None, :]
    expected = (others < own).sum(2) + ((others == own).sum(2) - 1) / 2 + 1
    assert np.array_equal(rank(values), expected)


@given(few_values, st.randoms(use_true_random=False))
def test_auc_is_the_share_of_pairs_in_order(values: np.ndarray, random: object) -> None:
    yes = np.array([random.random() < 0.5 for _ in range(values.shape[1])])  # type: ignore[attr-defined]
    yes[0], yes[1] = True, False
    above = values[:, yes][:, :, None] - values[:, ~yes][:, None, :]
    expected = ((above > 0) + (above == 0) / 2).mean((1, 2))
    np.testing.assert_allclose(compute_auc(rank(values), yes), expected, atol=1e-12)


def test_spearman_is_the_correlation_of_ranks() -> None:
    random = np.random.default_rng(0)
    values = random.integers(0, 5, (3, 50)).astype(float)
    labels = random.integers(0, 4, 50)
    ranks, others = rank(values), rank(labels[None])[0]
    expected = [np.corrcoef(row, others)[0, 1] for row in ranks]
    np.testing.assert_allclose(compute_spearman(ranks, others), expected)
    assert compute_spearman(rank(np.zeros((1, 50))), others).tolist() == [0.0]


def test_scores_know_the_order_alone_and_its_direction() -> None:
    labels = np.array([0, 0, 1, 1, 2])
    values = np.array([[1.0, 1.0, 2.0, 2.0, 9.0], [0.0, 0.0, -1.0, -1.0, -2.0], [3.0] * 5])
    np.testing.assert_allclose(score(values, labels, True), [1, -1, 0])
    np.testing.assert_allclose(score(values, labels, False), [1, 0, 0.5])
    np.testing.assert_allclose(find_strength(score(values, labels, False), False), [1, 1, 0])
    np.testing.assert_allclose(find_strength(score(values, labels, True), True), [1, 1, 0])


def test_a_probe_finds_what_is_spread_over_units() -> None:
    random = np.random.default_rng(1)
    states = random.normal(size=(600, 20)).astype(np.float32) * np.geomspace(0.01, 100, 20)
    hidden = (states / np.geomspace(0.01, 100, 20)) @ random.normal(size=20)
    yes, number = (hidden > 0.5).astype(np.int64), np.rint(np.exp(hidden)).astype(np.int64)
    noise = random.integers(0, 2, 600)
    said = fit_and_predict(states[:300], [yes[:300], number[:300], noise[:300]], states[300:])
    assert score(said[:1], yes[300:], False)[0] > 0.98
    assert score(said[1:2], number[300:], True)[0] > 0.95
    assert 0.4 < score(said[2:], noise[300:], False)[0] < 0.6


def test_dead_units_do_not_harm_a_probe() -> None:
    states = np.ones((50, 4), np.float32)
    states[:, 0] = np.arange(50)
    (said,) = fit_and_predict(states, [np.arange(50)], states)
    assert np.all(np.diff(said) > 0)


def test_characters_say_the_mean_of_the_first_half() -> None:
    points = np.array([ord(c) for c in "abab" * 50 + "abcb" * 50], np.uint32)
    labels = np.arange(400) % 2  # 0 at a and c, 1 at b
    one, two = predict_from_characters(points, labels, np.arange(200, 204))
    assert one[:2] == pytest.approx([0, 1], abs=0.01)
    assert one[2] == pytest.approx(0.5)  # c was not seen
    assert two[:2] == pytest.approx([0, 1], abs=0.01)
    assert two[2] == one[2]  # nor was bc
    assert two[3] == one[3]  # nor was cb: it says what b says
    after_b = (np.arange(400) % 4 == 2).astype(np.int64)
    text = np.array([ord(c) for c in "xbyb" * 100], np.uint32)
    labels = np.roll(after_b, 1)  # 1 at the b after y alone
    one, two = predict_from_characters(text, labels, np.array([301, 303]))
    assert one == pytest.approx([0.5, 0.5], abs=0.02)
    assert two == pytest.approx([0, 1], abs=0.02)
