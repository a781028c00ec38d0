"""Parts in time, windows and scaling: what is fitted on what, and what may be looked at."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from series_helpers import training

from corpora.errors import UserError
from seq.forecast.data import Columns, Parts, list_origins


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(20, 5000), st.floats(0.01, 0.4), st.floats(0, 0.4))
def test_parts_follow_each_other_and_hold_every_row(rows: int, a: float, b: float) -> None:
    parts = Parts.divide(rows, training(validation_share=a, test_share=b))
    assert 0 < parts.training < parts.validation <= parts.rows == rows


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(0, 9),
)
def test_origins_stay_inside(start: int, more: int, context: int, horizon: int, most: int) -> None:
    origins = list_origins(start, start + more, context, horizon, most)
    if len(origins):
        assert origins.min() >= max(start, context)
        assert origins.max() + horizon <= start + more
    elif not most:
        assert max(start, context) + horizon > start + more
    if most:
        assert len(origins) <= most


def test_scaling_is_undone_and_survives_its_json() -> None:
    values = np.random.default_rng(1).normal(50, 7, (200, 2))
    columns = Columns.fit(("a", "b"), values)
    scaled = columns.apply(values)
    assert np.abs(scaled.mean(axis=0)).max() < 1e-5
    assert np.abs(scaled.std(axis=0) - 1).max() < 1e-5
    again = Columns.from_json(columns.to_json())
    assert np.array_equal(again.apply(values), scaled)
    assert np.allclose(again.undo(scaled[:, 0].astype(float)), values[:, 0], atol=1e-4)
    assert again.symbols == ("a", "b")


def test_a_column_that_never_changes_is_not_divided_by_zero() -> None:
    columns = Columns.fit(("a",), np.full((9, 1), 4.0))
    assert columns.apply(np.array([[4.0], [5.0]])).tolist() == [[0.0], [1.0]]


@pytest.mark.parametrize(
    "changes",
    [
        {"names": []},
        {"names": ["a", "a"]},
        {"names": [1, 2]},
        {"scale": [1, 0]},
        {"scale": [1, True]},
        {"mean": [1, None]},
        {"mean": [1]},
        {"mean": [float("nan"), 1]},
        {"version": 2},
    ],
)
def test_damaged_columns_are_refused(changes: dict[str, object]) -> None:
    good = json.loads(Columns.fit(("a", "b"), np.eye(2)).to_json())
    with pytest.raises(UserError, match="columns of a forecaster"):
        Columns.from_json(json.dumps({**good, **changes}))
