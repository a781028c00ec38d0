"""Rolling-origin evaluation: many forecasts from the test part, and the same of simple methods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from charlm.arrays import Floats, Ints
from corpora.errors import UserError
from corpora.series.series import Flags, Series
from seq.forecast.baselines import find_period, fit_methods
from seq.forecast.data import Parts, list_origins
from seq.forecast.metrics import Forecasts, Measures, find_naive_error, measure

MOST_ORIGINS = 200
"""Forecasts of an evaluation, spread evenly over the test part."""


@dataclass(frozen=True)
class Row:
    """A method and its measures."""

    name: str
    measures: Measures

    def to_json(self) -> dict[str, Any]:
        """Return the row as an object for JSON."""
        return {"method": self.name, **self.measures.to_json()}


@dataclass(frozen=True)
class Trial:
    """What all methods are compared on: the same origins, the same steps, the same truth."""

    values: Floats
    """The series, (T, K); the target is column 0."""
    known: Flags
    """False where the target was filled, (T,)."""
    parts: Parts
    origins: Ints
    """First row of each forecast, (N,). All that is forecast lies in the test part."""
    horizon: int
    period: int
    """Steps of a season; 1 for none."""

    @classmethod
    def prepare(
        cls,
        series: Series,
        parts: Parts,
        *,
        context: int,
        horizon: int,
        period: int | None = None,
        most: int = MOST_ORIGINS,
    ) -> Trial:
        """Return the trial of a series.

        Args:
            series: the series, with the target first.
            parts: its parts.
            context: rows that a forecaster reads.
            horizon: H.
            period: steps of a season; by default found in the training part.
            most: most forecasts; 0 for one from every row.

        Raises:
            UserError: the test part is too short, or the period cannot be.
        """
        origins = list_origins(parts.validation, parts.rows, context, horizon, most)
        if not len(origins):
            raise UserError(
                f"the test part of {series.name} has {parts.rows - parts.validation:,} rows, too "
                f"few for a forecast of {horizon:,}"
            )
        target = series.values[:, 0]
        if period is None:
            period = find_period(target[: parts.training])
        if not 1 <= period < parts.training:
            raise UserError(f"the period must lie between 1 and {parts.training - 1}, not {period}")
        return cls(series.values, series.known[:, 0], parts, origins, horizon, period)

    @property
    def rows(self) -> Ints:
        """Rows that are forecast, (N, H)."""
        return self.origins[:, None] + np.arange(self.horizon)

    def measure(self, found: Forecasts) -> Measures:
        """Return the measures of forecasts from `origins`."""
        target, start = self.values[:, 0], self.parts.validation
        train = self.parts.training
        return measure(
            found,
            target[self.rows],
            self.known[self.rows],
            deviation=float(target[start:][self.known[start:]].std()),
            naive_error=find_naive_error(target[:train], self.known[:train], self.period),
        )

    def measure_methods(self) -> Iterator[Row]:
        """Yield the rows of the simple methods."""
        target = self.values[:, 0]
        methods = fit_methods(
            target,
            training=self.parts.training,
            validation=self.parts.validation,
            period=self.period,
            horizon=self.horizon,
        )
        for method in methods:
            found = method.forecast(target, self.origins, self.horizon, self.parts.validation)
            yield Row(method.name, self.measure(found))
