"""Simple methods: what they are, and that none looks at what comes."""

from __future__ import annotations

import numpy as np
import pytest

from corpora.series.load import load_series
from seq.forecast.baselines import (
    find_period,
    fit_autoregression,
    fit_methods,
    make_autoregression,
    make_seasonal,
    repeat_last,
)
from seq.forecast.statistical import fit_holt_winters

ORIGINS = np.array([30, 41])


def test_the_last_value_and_the_last_season_are_repeated() -> None:
    values = np.arange(60.0)
    assert repeat_last(values, ORIGINS, 3).tolist() == [[29] * 3, [40] * 3]
    season = make_seasonal(4)(values, ORIGINS, 6)
    assert season[0].tolist() == [26, 27, 28, 29, 26, 27]
    wave = np.tile([1.0, 5.0, 2.0, 9.0], 20)
    assert np.array_equal(make_seasonal(4)(wave, ORIGINS, 9), wave[ORIGINS[:, None] + np.arange(9)])


def test_an_autoregression_finds_the_weights_of_a_recurrence() -> None:
    values = [1.0, 0.5, -0.2]
    for _ in range(100):
        values.append(0.9 * values[-1] - 0.5 * values[-2] + 0.3 * values[-3] + 0.1)
    series = np.array(values)
    assert np.allclose(fit_autoregression(series[:40], 3), [0.9, -0.5, 0.3, 0.1])
    found = make_autoregression(np.array([0.9, -0.5, 0.3, 0.1]))(series, ORIGINS, 20)
    assert np.allclose(found, series[ORIGINS[:, None] + np.arange(20)])


def test_the_season_of_a_series_is_found() -> None:
    random = np.random.default_rng(1)
    assert find_period(load_series("noisy_seasons", length=1000).values[:, 0]) == 24
    assert find_period(np.tile(random.normal(size=17), 30) + random.normal(size=510) / 3) == 17
    steps = np.arange(500)
    assert find_period(steps + 0.002 * steps**2 + np.sin(2 * np.pi * steps / 52)) == 52
    for seed in range(5):
        noise = np.random.default_rng(seed).normal(size=600)
        assert find_period(noise) == 1
        assert find_period(np.cumsum(noise)) == 1
    assert find_period(np.full(100, 3.0)) == 1
    assert find_period(np.array([1.0, 2.0])) == 1


def fitted(values: np.ndarray) -> list[np.ndarray]:
    """Points and paths of all methods, fitted before row 160."""
    methods = fit_methods(values, training=140, validation=160, period=24, horizon=6)
    origins = np.array([160, 170, 181])
    found = [method.forecast(values, origins, 6, 160) for method in methods]
    assert len(found) == 5
    return [part for one in found for part in (one.point, one.paths)]


@pytest.mark.long
def test_a_marker_in_the_future_moves_nothing() -> None:
    calm = load_series("noisy_seasons", length=200).values[:, 0]
    moved = calm.copy()
    moved[181:] += 1000.0
    assert all(map(np.array_equal, fitted(calm), fitted(moved)))
    moved[180] += 1000.0  # the last value before the last origin
    seen = 0
    for before, after in zip(fitted(calm), fitted(moved), strict=True):
        assert np.array_equal(before[:2], after[:2])
        seen += not np.array_equal(before[2], after[2])
    assert seen == 8  # all but the last season look at it


@pytest.mark.long
@pytest.mark.parametrize("period", [1, 24])
def test_holt_winters_in_one_pass_is_that_of_statsmodels(period: int) -> None:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    values = load_series("noisy_seasons", length=300).values[:, 0]
    method = fit_holt_winters(values[:200], period)
    assert method is not None
    model = ExponentialSmoothing(
        values[:200],
        trend="add",
        seasonal="add" if period > 1 else None,
        seasonal_periods=period if period > 1 else None,
        initialization_method="estimated",
    )
    wanted = model.fit().forecast(30)
    assert np.allclose(method.points(values, np.array([200]), 30)[0], wanted, atol=1e-6)
