"""What goes with what on a page: the units built by hand are first."""

from __future__ import annotations

import numpy as np
import pytest
from hand_built import COUNTER, QUOTE, built_model, quoted_text

import charlm.inside
from charlm.inside.units.correlations import Correlations, count_turns, pick_apart
from charlm.inside.units.features import count_line, find_quotations
from charlm.inside.units.unit_scores import compute_spearman, rank


def test_the_units_built_by_hand_are_first() -> None:
    text = quoted_text(2500)
    cells = charlm.inside.trace(built_model(), text, fields=["cell"]).fields["cell"]
    found = Correlations(cells)
    for compute, unit in ((find_quotations, QUOTE), (count_line, COUNTER)):
        best, *others = found.order(compute(text), 4)
        assert best.unit == unit
        assert min(abs(best.first), abs(best.second)) > 0.8
        assert all(abs(other.first) <= abs(best.first) for other in others)
        assert len(others) == 3


def test_r_is_that_of_spearman() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(500, 2, 3)).astype(np.float32)
    feature = random.integers(0, 4, 500)
    found = Correlations(values).correlate(feature)
    (expected,) = compute_spearman(rank(values[:, 1, 2][None]), rank(feature[None])[0])
    assert found.shape == (2, 3)
    assert found[1, 2] == pytest.approx(expected)


def test_long_texts_are_compared_at_some_places() -> None:
    assert len(Correlations(np.zeros((20_000, 1, 2), np.float32)).places) == 4_000
    assert len(Correlations(np.zeros((7, 1, 2), np.float32)).places) == 7


def test_turns_are_counted() -> None:
    assert count_turns(np.array([0, 1, 1, 0, 1, 0, 1]), is_number=False) == 3
    assert count_turns(np.array([0, 1, 2, 0, 1, 0]), is_number=True) == 2
    assert count_turns(np.arange(9), is_number=True) == 0


def test_places_lie_apart() -> None:
    assert pick_apart([0, 5, 9, 8, 1, 7], 3, apart=2) == [2, 5, 0]
    assert pick_apart([1, 2], 5, apart=9) == [1]
    assert pick_apart([], 5, apart=9) == []
