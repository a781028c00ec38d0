"""Measures of forecasts: their definitions, by hand and by properties."""

from __future__ import annotations

import numpy as np
import pytest

from seq.forecast.metrics import Forecasts, compute_crps, find_naive_error, measure


def all_known(values: np.ndarray) -> np.ndarray:
    return np.ones(values.shape, dtype=bool)


def test_crps_is_the_mean_over_all_pairs() -> None:
    random = np.random.default_rng(1)
    paths, truth = random.normal(size=(3, 2, 11)), random.normal(size=(3, 2))
    pairs = np.abs(paths[..., :, None] - paths[..., None, :]).mean(axis=(-1, -2)) / 2
    wanted = np.abs(paths - truth[..., None]).mean(axis=-1) - pairs
    assert np.allclose(compute_crps(paths, truth), wanted)


def test_crps_of_one_value_is_its_error_and_the_true_distribution_is_the_best() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(size=4000)
    assert np.allclose(compute_crps(np.full((4000, 5), 2.0), truth), np.abs(2.0 - truth))
    scores = [
        compute_crps(random.normal(shift, scale, (4000, 200)), truth).mean()
        for shift, scale in [(0, 1), (0, 0.5), (0, 2), (0.5, 1)]
    ]
    assert min(scores) == scores[0]
    assert scores[0] == pytest.approx(1 / np.sqrt(np.pi), abs=0.02)  # of a Gaussian


def test_the_measures_by_hand() -> None:
    truth = np.array([[1.0, 2.0], [4.0, 8.0]])
    point = np.array([[2.0, 2.0], [4.0, 4.0]])
    paths = np.stack([point - 1, point, point + 1], axis=2)
    found = measure(
        Forecasts(point, paths), truth, all_known(truth), deviation=2.0, naive_error=5.0
    )
    assert found.mae == 1.25
    assert found.rmse == pytest.approx(np.sqrt(17 / 4))
    assert found.nrmse == pytest.approx(np.sqrt(17 / 4) / 2)
    assert found.smape == pytest.approx((2 / 3 + 8 / 12) / 4)
    assert found.mase == 0.25
    assert found.last_nrmse == pytest.approx(np.sqrt(8) / 2)
    assert found.coverage == 0.5  # the band reaches 0.8 to either side
    assert found.values == 4


def test_values_that_were_filled_change_nothing() -> None:
    random = np.random.default_rng(2)
    truth = random.normal(size=(6, 5))
    known = random.random((6, 5)) < 0.7
    point = random.normal(size=(6, 5))
    paths = point[..., None] + random.normal(size=(6, 5, 20))
    wrong = np.where(known, truth, 1e6)
    one, other = (
        measure(Forecasts(point, paths), one, known, deviation=1.0, naive_error=1.0)
        for one in (truth, wrong)
    )
    assert one == other
    assert one.values == known.sum()


def test_what_is_not_defined_is_null() -> None:
    truth = np.zeros((1, 1))
    found = measure(
        Forecasts(truth, truth[..., None]), truth, ~all_known(truth), deviation=0.0, naive_error=0.0
    )
    assert found.to_json()["mae"] is None
    assert found.to_json()["mase"] is None
    assert found.smape != found.smape


def test_the_naive_error_is_of_values_one_season_apart() -> None:
    values = np.array([1.0, 5.0, 2.0, 9.0, 2.0])
    known = np.array([True, True, True, False, True])
    assert find_naive_error(values, all_known(values), 2) == pytest.approx((1 + 4 + 0) / 3)
    assert find_naive_error(values, known, 2) == pytest.approx((1 + 0) / 2)
    assert np.isnan(find_naive_error(values[:2], known[:2], 2))
