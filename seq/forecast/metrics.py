"""How good forecasts are: errors of the point, and of the whole distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from charlm.arrays import Floats
from corpora.series.series import Flags

BAND = 0.8
"""Share of the values that should lie in the band: between the 10 % and the 90 % quantile."""


@dataclass(frozen=True)
class Forecasts:
    """N forecasts of H steps each, in the unit of the target."""

    point: Floats
    """The point forecasts, (N, H)."""
    paths: Floats
    """S values for each, (N, H, S), drawn from its distribution, or equally likely by it."""

    def band(self, share: float = BAND) -> tuple[Floats, Floats]:
        """Return the lower and the upper end of the middle `share` of the distribution, (N, H)."""
        low, high = np.quantile(self.paths, [0.5 - share / 2, 0.5 + share / 2], axis=2)
        return low, high


@dataclass(frozen=True, kw_only=True)
class Measures:
    """The measures of N forecasts of H steps. Values that were filled do not count."""

    mae: float
    """Mean absolute error, in the unit of the target."""
    rmse: float
    """Root of the mean squared error, in the unit of the target."""
    nrmse: float
    """`rmse` over the standard deviation of the target in the test part."""
    smape: float
    """Mean of 2 |y - f| / (|y| + |f|), from 0 to 2 (Makridakis 1993)."""
    mase: float
    """`mae` over the mean absolute error of the seasonal naive forecast of one season ahead in the
    training part (Hyndman and Koehler 2006)."""
    crps: float
    """Continuous ranked probability score, in the unit of the target: `mae` for a distribution
    (Gneiting and Raftery 2007)."""
    coverage: float
    """Share of the values inside the 80 % band."""
    last_nrmse: float
    """`nrmse` of the last of the H steps alone."""
    values: int
    """Number of values that were compared."""

    def to_json(self) -> dict[str, Any]:
        """Return the measures as an object for JSON, with null for what is not defined."""
        return {k: None if v != v else v for k, v in vars(self).items()}


def measure(
    found: Forecasts, truth: Floats, known: Flags, *, deviation: float, naive_error: float
) -> Measures:
    """Compare forecasts with what came.

    Args:
        found: the forecasts.
        truth: what came, (N, H).
        known: false where a value was filled, (N, H).
        deviation: standard deviation of the target in the test part.
        naive_error: mean absolute error of the seasonal naive forecast in the training part.
    """
    error = np.abs(found.point - truth)
    size = np.abs(found.point) + np.abs(truth)
    relative = np.divide(2 * error, size, out=np.zeros_like(error), where=size > 0)
    low, high = found.band()
    inside = (low <= truth) & (truth <= high)
    mae, rmse = _mean(error, known), _mean(error**2, known) ** 0.5
    last = _mean(error[:, -1:] ** 2, known[:, -1:]) ** 0.5
    return Measures(
        mae=mae,
        rmse=rmse,
        nrmse=_divide(rmse, deviation),
        smape=_mean(relative, known),
        mase=_divide(mae, naive_error),
        crps=_mean(compute_crps(found.paths, truth), known),
        coverage=_mean(inside.astype(float), known),
        last_nrmse=_divide(last, deviation),
        values=int(known.sum()),
    )


def compute_crps(paths: Floats, truth: Floats) -> Floats:
    """Return E|X - y| - E|X - X'| / 2 for a distribution given by equally likely values.

    Args:
        paths: the values, (…, S).
        truth: y, (…).
    """
    ordered = np.sort(paths, axis=-1)
    count = ordered.shape[-1]
    # Over all pairs, the sum of |X - X'| is 2 Σ (2 i - S + 1) X_i of the sorted values.
    weights = 2 * np.arange(count) - count + 1
    spread = (ordered * weights).sum(axis=-1) / count**2
    missed: Floats = np.abs(ordered - truth[..., None]).mean(axis=-1) - spread
    return missed


def find_naive_error(values: Floats, known: Flags, period: int) -> float:
    """Return the mean absolute difference of values that are one season apart; NaN if none is.

    Args:
        values: the target in the training part, (T,).
        known: false where a value was filled, (T,).
        period: steps of a season; 1 for none.
    """
    if len(values) <= period:
        return float("nan")
    both = known[period:] & known[:-period]
    return _mean(np.abs(values[period:] - values[:-period]), both)


def _mean(values: Floats, known: Flags) -> float:
    return float(values[known].mean()) if known.any() else float("nan")


def _divide(value: float, by: float) -> float:
    return value / by if by > 0 else float("nan")
