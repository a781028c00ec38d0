"""What methods are compared on: the test part alone, and the same for all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from series_helpers import training

from corpora.errors import UserError
from corpora.series.load import load_series
from seq.forecast.data import Parts
from seq.forecast.evaluation import Trial
from seq.forecast.metrics import Forecasts
from seq.forecast.report import format_measures

SERIES = load_series("noisy_seasons", length=500)
PARTS = Parts.divide(500, training())


def trial(series: Any = SERIES, **changes: Any) -> Trial:
    return Trial.prepare(series, PARTS, **{"context": 30, "horizon": 6, **changes})


def perfect(made: Trial) -> Forecasts:
    truth = made.values[:, 0][made.rows]
    return Forecasts(truth, np.repeat(truth[..., None], 9, axis=2))


def test_all_that_is_forecast_lies_in_the_test_part() -> None:
    made = trial(most=0)
    assert made.rows.min() == PARTS.validation
    assert made.rows.max() == 499
    assert len(made.origins) == 100 - 6 + 1
    few = trial(most=7)
    assert len(few.origins) == 7
    assert {*few.origins.tolist()} <= {*made.origins.tolist()}


def test_season_and_scale_of_the_errors_come_from_the_training_part() -> None:
    made, moved = trial(), SERIES.values.copy()
    moved[PARTS.training :] = 1e6
    other = trial(replace(SERIES, values=moved))
    assert made.period == other.period == 24
    shifted = Forecasts(perfect(made).point + 1, perfect(made).paths + 1)
    again = Forecasts(perfect(other).point + 1, perfect(other).paths + 1)
    assert made.measure(shifted).mase == pytest.approx(other.measure(again).mase)


def test_a_perfect_forecast_has_no_error() -> None:
    made = trial()
    found = made.measure(perfect(made))
    assert (found.mae, found.crps, found.smape, found.coverage) == (0, pytest.approx(0), 0, 1)
    assert found.values == made.rows.size


def test_filled_values_of_the_test_part_are_not_compared() -> None:
    known = SERIES.known.copy()
    known[450:460] = False
    moved = SERIES.values.copy()
    moved[450:460] = 1e3
    made = trial(replace(SERIES, known=known, values=moved), most=0)
    assert made.measure(Forecasts(perfect(trial(most=0)).point, perfect(made).paths)).mae == 0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"horizon": 101}, "has 100 rows, too few for a forecast of 101"),
        ({"period": 0}, "the period must lie between 1 and 349, not 0"),
        ({"period": 350}, "the period must lie between"),
    ],
)
def test_what_cannot_be_compared_is_said(changes: dict[str, int], why: str) -> None:
    with pytest.raises(UserError, match=why):
        trial(**changes)


def test_several_seeds_are_a_mean_and_a_deviation() -> None:
    made = trial()
    one, two = (
        made.measure(Forecasts(perfect(made).point + shift, perfect(made).paths))
        for shift in (1.0, 3.0)
    )
    assert format_measures([one])[0] == "1"
    assert format_measures([one, two])[0] == "2 ± 1.4"
