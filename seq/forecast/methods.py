"""What a method of forecasting is, besides a network; and bands from the errors it has made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from charlm.arrays import Floats, Ints
from seq.forecast.metrics import Forecasts

MOST_ORIGINS = 500
"""Most origins in the rows before the test whose errors make a band."""
QUANTILES = 100
"""Values that stand for a distribution."""

Points = Callable[[Floats, Ints, int], Floats]
"""Returns point forecasts (N, H): from the target (T,), the origins (N,) and H. It looks at rows
before each origin alone."""


class Method(Protocol):
    """A method that was fitted on rows before the test part."""

    @property
    def name(self) -> str:
        """Names it in tables, with what was chosen for it."""

    def forecast(self, values: Floats, origins: Ints, horizon: int, fitted: int) -> Forecasts:
        """Return forecasts that look at nothing from their origins on.

        Args:
            values: the target, (T,).
            origins: first row of each forecast, (N,).
            horizon: H.
            fitted: row before which errors may be looked at; no origin lies before it.
        """


@dataclass(frozen=True)
class PointMethod:
    """A method that says points. Its band comes from its own errors before the test part."""

    name: str
    """Names it in tables, with what was chosen for it."""
    points: Points
    first: int = 1
    """First row that the method can forecast as it was fitted to."""

    def forecast(self, values: Floats, origins: Ints, horizon: int, fitted: int) -> Forecasts:
        """Return forecasts; see `Method.forecast`."""
        point = self.points(values, origins, horizon)
        earlier = spread(max(self.first, fitted // 5), fitted - horizon, MOST_ORIGINS)
        if not len(earlier):
            return Forecasts(point, np.repeat(point[..., None], QUANTILES, axis=2))
        rows = earlier[:, None] + np.arange(horizon)
        errors = values[rows] - self.points(values[:fitted], earlier, horizon)
        shares = (np.arange(QUANTILES) + 0.5) / QUANTILES
        return Forecasts(point, point[..., None] + np.quantile(errors, shares, axis=0).T)


def spread(start: int, end: int, most: int) -> Ints:
    """Return at most `most` rows from `start` to `end`, both included, spread evenly."""
    rows = np.arange(max(1, start), end + 1)
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]
    return rows
