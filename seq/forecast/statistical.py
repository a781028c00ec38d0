"""Holt-Winters and ARIMA of statsmodels, which is an extra."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from charlm.arrays import Floats, Ints
from seq.forecast.methods import QUANTILES, PointMethod
from seq.forecast.metrics import Forecasts

ARIMA_ORDERS = ((1, 1, 0), (1, 1, 1), (2, 1, 2), (5, 1, 0), (3, 0, 2))
"""Orders (p, d, q) that are tried. The least AIC on the training part wins."""
FITTED_ROWS = 1000
"""Most rows, the last ones of the training part, that the two methods are fitted on."""
READ_ROWS = 400
"""Rows before an origin that ARIMA reads: what lies further back no longer moves its state."""


@dataclass(frozen=True)
class Smoothing:
    """The weights of additive Holt-Winters, and its state before the first row."""

    level: float
    trend: float
    season: float
    """Shares of the newest error that level, trend and season take up."""
    start: tuple[float, float]
    """Level and trend before the first row."""
    seasons: Floats
    """Season of each of the m steps before the first row, (m,); empty without one."""

    def points(self, values: Floats, origins: Ints, horizon: int) -> Floats:
        """Return the point forecasts (N, H), in one pass through the target (T,)."""
        period = max(1, len(self.seasons))
        level, slope = self.start
        seasons = self.seasons.copy() if len(self.seasons) else np.zeros(1)
        ahead, found = np.arange(1, horizon + 1), np.empty((len(origins), horizon))
        wanted: dict[int, list[int]] = {}
        for place, origin in enumerate(origins.tolist()):
            wanted.setdefault(origin, []).append(place)
        for row in range(int(origins.max()) + 1):
            if row in wanted:
                found[wanted[row]] = level + ahead * slope + seasons[(row + ahead - 1) % period]
            if row < len(values):
                value, own = float(values[row]), float(seasons[row % period])
                before = level
                level = self.level * (value - own) + (1 - self.level) * (level + slope)
                if len(self.seasons):
                    # The season is corrected by what level and trend before this row have left.
                    rest = value - before - slope
                    seasons[row % period] = self.season * rest + (1 - self.season) * own
                slope = self.trend * (level - before) + (1 - self.trend) * slope
        return found


def fit_holt_winters(values: Floats, period: int) -> PointMethod | None:
    """Return additive Holt-Winters (Winters 1960), fitted; without a season, Holt's trend alone.

    Args:
        values: the target in the training part, (T,).
        period: steps of a season; 1 for none.

    Returns:
        The method; None if the part is too short for it.
    """
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    seasonal = period > 1
    if len(values) < max(10, 2 * period + 2):
        return None
    skipped = max(0, len(values) - FITTED_ROWS) // period * period
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that has not converged: it is used as it is
        fitted = ExponentialSmoothing(
            values[skipped:],
            trend="add",
            seasonal="add" if seasonal else None,
            seasonal_periods=period if seasonal else None,
            initialization_method="estimated",
        ).fit()
    known = fitted.params
    made = Smoothing(
        level=float(known["smoothing_level"]),
        trend=float(known["smoothing_trend"]),
        season=float(known["smoothing_seasonal"]) if seasonal else 0.0,
        start=(float(known["initial_level"]), float(known["initial_trend"])),
        seasons=np.asarray(known["initial_seasons"], dtype=float) if seasonal else np.zeros(0),
    )

    def points(values: Floats, origins: Ints, horizon: int) -> Floats:
        later = origins >= skipped
        found = np.repeat(values[origins - 1][:, None], horizon, axis=1)
        if later.any():
            found[later] = made.points(values[skipped:], origins[later] - skipped, horizon)
        return found

    name = f"Holt-Winters ({period})" if seasonal else "Holt's trend"
    return PointMethod(name, points, first=skipped + 2 * period)


@dataclass(frozen=True)
class Arima:
    """An ARIMA model, fitted. Its band is its own, that of a Gaussian."""

    name: str
    fitted: Any
    """Results of statsmodels."""

    def forecast(self, values: Floats, origins: Ints, horizon: int, fitted: int) -> Forecasts:
        """Return forecasts; see `seq.forecast.methods.Method`."""
        point, spread = np.empty((len(origins), horizon)), np.empty((len(origins), horizon))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for place, origin in enumerate(origins.tolist()):
                read = values[max(0, origin - READ_ROWS) : origin]
                found = self.fitted.apply(read).get_forecast(horizon)
                point[place], spread[place] = found.predicted_mean, found.se_mean
        shares = (np.arange(QUANTILES) + 0.5) / QUANTILES
        quantiles = np.array([NormalDist().inv_cdf(share) for share in shares])
        return Forecasts(point, point[..., None] + spread[..., None] * quantiles)


def fit_arima(values: Floats) -> Arima | None:
    """Return the ARIMA model with the least AIC of a few, fitted (Box and Jenkins 1970).

    Args:
        values: the target in the training part, (T,).

    Returns:
        The method; None if no order could be fitted.
    """
    from statsmodels.tsa.arima.model import ARIMA

    best: tuple[float, tuple[int, int, int], Any] | None = None
    if len(values) < 30:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for order in ARIMA_ORDERS:
            try:
                found = ARIMA(values[-FITTED_ROWS:], order=order).fit()
            except (np.linalg.LinAlgError, ValueError):
                continue  # this order does not fit this series; another one may
            if np.isfinite(found.aic) and (best is None or found.aic < best[0]):
                best = (float(found.aic), order, found)
    if best is None:
        return None
    return Arima(f"ARIMA {best[1]}", best[2])
