"""Forecasters in the hand of a Python user: what they read, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from series_helpers import shape

from corpora.errors import UserError
from seq.forecast.data import Columns
from seq.forecast.library import SeriesForecaster
from seq.forecast.model import Forecaster

VALUES = np.random.default_rng(1).normal(20, 5, (40, 2))


def made(**changes: Any) -> SeriesForecaster:
    torch.manual_seed(1)
    columns = Columns.fit(("a", "b"), VALUES)
    return SeriesForecaster(
        "made", columns, Forecaster(shape(**changes), 2).eval(), torch.device("cpu"), "fp32"
    )


@pytest.mark.parametrize("strategy", ["direct", "recursive", "decoder"])
def test_only_the_context_is_read_and_nothing_from_the_origin_on(strategy: str) -> None:
    forecaster = made(strategy=strategy)
    origins = np.array([12, 25])
    calm = forecaster.forecast_from(VALUES, origins)
    later = VALUES.copy()
    later[25:] = 1e6
    moved = forecaster.forecast_from(later, origins)
    assert np.array_equal(calm.point, moved.point)
    assert np.array_equal(calm.paths, moved.paths)
    early = VALUES.copy()
    early[:13] = -1e6  # the context of the second origin begins at row 13
    again = forecaster.forecast_from(early, origins[1:])
    assert np.allclose(again.point, calm.point[1:], atol=1e-4)
    alone = forecaster.forecast(VALUES[:25])
    assert np.allclose(alone.point, calm.point[1], atol=1e-4)
    assert (alone.lower < alone.upper).all()


def test_a_seed_draws_one_band() -> None:
    forecaster = made()
    one, again, other = (forecaster.forecast(VALUES, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.lower, again.lower)
    assert not np.array_equal(one.lower, other.lower)
    assert np.array_equal(one.point, other.point)


def test_a_forecaster_of_steps_goes_on_as_long_as_one_wants() -> None:
    assert len(made(strategy="recursive").forecast(VALUES, 50).point) == 50
    direct = made(strategy="direct")
    assert len(direct.forecast(VALUES, 2).point) == 2
    with pytest.raises(UserError, match="between 1 and 4, not 5; a direct forecaster has learned"):
        direct.forecast(VALUES, 5)


def test_what_it_cannot_read_is_said() -> None:
    forecaster = made()
    with pytest.raises(UserError, match="reads 12 rows, and there are 3"):
        forecaster.forecast(VALUES[:3])
    with pytest.raises(UserError, match=r"reads rows of 2 values \(a, b\)"):
        forecaster.forecast(VALUES[:, 0])
    with pytest.raises(UserError, match="a value is missing"):
        forecaster.forecast(np.where(VALUES[39, 0] == VALUES, np.nan, VALUES))
    with pytest.raises(UserError, match="the steps must lie between 1 and 10,000, not 0"):
        forecaster.forecast(VALUES, 0)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_each_step_looks_at_the_context_alone(bidirectional: bool) -> None:
    """The weights of a step sum to 1, and rows before the context change none of them."""
    forecaster = made(strategy="decoder", attention="additive", bidirectional=bidirectional)
    weights = forecaster.look(VALUES, 6)
    assert weights is not None
    assert weights.shape == (6, 12)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
    early = VALUES.copy()
    early[:-12] = 1e6
    again = forecaster.look(early, 6)
    assert again is not None
    np.testing.assert_array_equal(again, weights)
    longer = forecaster.look(VALUES, 9)
    assert longer is not None
    np.testing.assert_allclose(longer[:6], weights, atol=1e-6)  # a step sees no step after it


@pytest.mark.parametrize("strategy", ["direct", "recursive", "decoder"])
def test_without_attention_no_step_looks_anywhere(strategy: str) -> None:
    assert made(strategy=strategy).look(VALUES) is None
