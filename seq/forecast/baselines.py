"""Simple methods that every forecaster must stand beside. No network, no torch.

Each is fitted on rows before the test part, and forecasts from an origin with nothing but the
values before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from charlm.arrays import Floats, Ints
from seq.forecast.methods import MOST_ORIGINS, Method, PointMethod, Points, spread

ORDERS = (1, 2, 3, 5, 9, 12, 20, 30, 50, 100, 200)
"""Orders of autoregression that are tried; the one with the least error in the validation part
wins."""


def fit_methods(
    values: Floats, *, training: int, validation: int, period: int, horizon: int
) -> list[Method]:
    """Return the simple methods, fitted; those of statsmodels as well where it is installed.

    The arguments are those of `fit_simple`.
    """
    made = fit_simple(
        values, training=training, validation=validation, period=period, horizon=horizon
    )
    if find_spec("statsmodels") is not None:
        from seq.forecast.statistical import fit_arima, fit_holt_winters

        fitted = (fit_holt_winters(values[:training], period), fit_arima(values[:training]))
        made += [method for method in fitted if method is not None]
    return made


def fit_simple(
    values: Floats, *, training: int, validation: int, period: int, horizon: int
) -> list[Method]:
    """Return the simple methods that take no time to fit.

    Args:
        values: the target, (T,).
        training: rows before this one are for training.
        validation: rows from `training` to before this one choose the order of an autoregression.
        period: steps of a season; 1 for none.
        horizon: steps that will be forecast.
    """
    made: list[Method] = [PointMethod("last value", repeat_last)]
    if period > 1:
        made.append(PointMethod(f"seasonal naive ({period})", make_seasonal(period)))
    best = _choose_order(values[:validation], training, horizon)
    if best is not None:
        order, weights = best
        made.append(PointMethod(f"autoregression ({order})", make_autoregression(weights)))
    return made


def repeat_last(values: Floats, origins: Ints, horizon: int) -> Floats:
    """Forecast that nothing changes."""
    return np.repeat(values[origins - 1][:, None], horizon, axis=1)


def make_seasonal(period: int) -> Points:
    """Return the method that repeats the last season. Where there is none yet, nothing changes."""

    def points(values: Floats, origins: Ints, horizon: int) -> Floats:
        rows = origins[:, None] - period + np.arange(horizon) % period
        found: Floats = np.where(
            rows >= 0, values[np.maximum(rows, 0)], values[origins - 1][:, None]
        )
        return found

    return points


def fit_autoregression(values: Floats, order: int) -> Floats:
    """Return the least-squares weights of `order` values before (the last first) and a constant.

    Args:
        values: the target, (T,).
        order: how many values are looked at.
    """
    past = np.lib.stride_tricks.sliding_window_view(values[:-1], order)[:, ::-1]
    design = np.hstack([past, np.ones((len(past), 1))])
    found = np.linalg.lstsq(design, values[order:], rcond=None)[0]
    return np.asarray(found, dtype=np.float64)


def make_autoregression(weights: Floats) -> Points:
    """Return the method that forecasts step by step by a linear autoregression, from its own."""
    order = len(weights) - 1

    def points(values: Floats, origins: Ints, horizon: int) -> Floats:
        rows = np.maximum(origins[:, None] - 1 - np.arange(order), 0)  # the last value first
        state, found = values[rows], np.empty((len(origins), horizon))
        for step in range(horizon):
            found[:, step] = state @ weights[:-1] + weights[-1]
            state = np.hstack([found[:, step : step + 1], state[:, :-1]])
        return found

    return points


def _choose_order(values: Floats, training: int, horizon: int) -> tuple[int, Floats] | None:
    """Return the order with the least error in the validation part, and its weights.

    The weights are those of the training part alone.

    Args:
        values: the target up to the test part.
        training: rows before this one are for training.
        horizon: steps that are forecast.
    """
    origins = spread(training, len(values) - horizon, MOST_ORIGINS)
    rows = origins[:, None] + np.arange(horizon)
    best: tuple[float, int, Floats] | None = None
    for order in ORDERS:
        if training < 3 * order + 2 or not len(origins):
            break
        weights = fit_autoregression(values[:training], order)
        with np.errstate(all="ignore"):  # an unstable one may overflow, and loses
            found = make_autoregression(weights)(values, origins, horizon)
            error = float(np.abs(found - values[rows]).mean())
        if np.isfinite(error) and (best is None or error < best[0]):
            best = (error, order, weights)
    return None if best is None else best[1:]


def find_period(values: Floats, longest: int = 400) -> int:
    """Return the number of steps of a season: the lag at which a series is most like itself.

    A quadratic trend is taken away first. A lag counts if its autocorrelation is a peak that rises
    by 0.2 over what lies before it. Of peaks that are nearly as high as the highest one the
    shortest wins, so that a week of days has a season of a day.

    Args:
        values: the target in the training part, (T,).
        longest: the longest season that is looked for.

    Returns:
        The lag; 1 if there is no season.
    """
    longest = min(longest, len(values) // 3)
    if longest < 3:
        return 1
    steps = np.linspace(-1, 1, len(values))
    rest = values - np.polynomial.Polynomial.fit(steps, values, 2)(steps)
    power = float(rest @ rest)
    if power <= 1e-20 * float(values @ values):
        return 1
    likeness = [float(rest[lag:] @ rest[:-lag]) / power for lag in range(1, longest + 1)]
    peaks = find_peaks(likeness)
    highest = max((likeness[peak - 1] for peak in peaks), default=0.0)
    if highest < 0.2:
        return 1
    first = next(peak for peak in peaks if likeness[peak - 1] >= 0.85 * highest)
    near = range(first, min(longest, first + first // 10) + 1)  # noise makes a peak before the top
    return max(near, key=lambda lag: likeness[lag - 1])


def find_peaks(likeness: Sequence[float]) -> list[int]:
    """Return the lags, counted from 1, whose likeness tops both neighbours and rises by 0.2."""
    return [
        place + 1
        for place in range(1, len(likeness) - 1)
        if likeness[place - 1] < likeness[place] >= likeness[place + 1]
        and likeness[place] - min(likeness[:place]) >= 0.2
    ]
