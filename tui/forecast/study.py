"""What is compared: a series, a forecaster, and simple methods. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from charlm.arrays import Floats
from corpora.errors import UserError
from corpora.series.series import Flags, Series

if TYPE_CHECKING:
    from charlm.arrays import Ints
    from seq.forecast.data import Parts
    from seq.forecast.evaluation import Trial
    from seq.forecast.library import SeriesForecaster
    from seq.forecast.methods import Method
    from seq.forecast.metrics import Forecasts, Measures

HORIZON = 24
"""Steps that are forecast where no forecaster says how many, at most a tenth of the series."""
LONGEST = 1000
"""Most steps that can be chosen."""
FEWEST_ROWS = 20
"""Rows from which on a series can be divided and forecast."""


@dataclass(frozen=True)
class View:
    """What one method says from an origin, in the unit of the target."""

    name: str
    point: Floats
    """The point forecast, (H,)."""
    lower: Floats
    """Lower end of the 80 % band, (H,)."""
    upper: Floats
    """Upper end of the 80 % band, (H,)."""
    error: float
    """Mean absolute error over the steps whose truth is known; NaN where none is."""
    inside: int
    """Steps whose truth is known and lies in the band."""
    compared: int
    """Steps whose truth is known."""


@dataclass(frozen=True)
class Outlook:
    """What all methods say from one origin."""

    origin: int
    """First row that is forecast. Nothing from there on is read."""
    views: tuple[View, ...]
    """The methods in the order of the study: the one that is drawn first."""
    weights: Floats | None = None
    """How much each step looks at each row before the origin, (H, context); None without
    attention."""


@dataclass(frozen=True)
class Verdict:
    """How good a method is on the test part."""

    name: str
    measures: Measures
    by_step: Floats
    """Mean absolute error of each step, (H,); NaN where nothing is known."""


class Asker:
    """A forecaster in the place of a method: it reads all columns, not the target alone."""

    def __init__(self, forecaster: SeriesForecaster, values: Floats, name: str) -> None:
        self._forecaster, self._values, self.name = forecaster, values, name

    def forecast(self, values: Floats, origins: Ints, horizon: int, fitted: int) -> Forecasts:
        """Return forecasts; see `seq.forecast.methods.Method`."""
        return self._forecaster.forecast_from(self._values, origins, horizon)


@dataclass(frozen=True)
class Study:
    """A series, and the methods that forecast it: the forecaster first, if it can read the series.

    What is computed from it looks at rows before the origin alone.
    """

    series: Series
    trial: Trial
    methods: tuple[Method, ...]
    forecaster: SeriesForecaster | None
    why: str = ""
    """Why there is no forecaster among the methods."""
    seed: int | None = None
    """Seed of a series that is made by rule; None for one that is not."""
    learned: bool = True
    """Whether this is the series that the forecaster was trained on."""
    columns: tuple[str, ...] = ()
    """Columns of a table of which one can be chosen; none where the forecaster says which."""

    @property
    def target(self) -> Floats:
        """What is forecast, (T,)."""
        found: Floats = self.series.values[:, 0]
        return found

    @property
    def known(self) -> Flags:
        """False where the target was filled, (T,)."""
        found: Flags = self.series.known[:, 0]
        return found

    @property
    def horizon(self) -> int:
        """H."""
        return self.trial.horizon

    @property
    def context(self) -> int:
        """Rows that the forecaster reads; 1 without one."""
        return 1 if self.forecaster is None else self.forecaster.model.config.context

    @property
    def origins(self) -> tuple[int, int]:
        """The first and the last origin. From the last one on nobody knows the truth."""
        return self.context, len(self.series)

    @property
    def most_steps(self) -> int:
        """Most steps that can be forecast and compared."""
        parts, most = self.trial.parts, LONGEST
        if self.forecaster is not None and self.forecaster.model.config.strategy == "direct":
            most = self.forecaster.model.config.horizon
        return max(1, min(most, parts.rows - parts.validation))

    def name_part(self, origin: int) -> str:
        """Return which part of the series an origin lies in."""
        parts = self.trial.parts
        if origin >= len(self.series):
            return "the future"
        if not self.learned:
            return "never seen" if origin >= parts.validation else "never seen, early"
        if origin >= parts.validation:
            return "test part"
        return "validation part" if origin >= parts.training else "training part"

    def look_ahead(self, origin: int) -> Outlook:
        """Return what all methods say from an origin."""
        fitted = self.trial.parts.validation
        views = []
        for method in self.methods:
            found = method.forecast(self.target, np.array([origin]), self.horizon, fitted)
            (lower,), (upper,) = found.band()
            views.append(self._judge_one(method.name, found.point[0], lower, upper, origin))
        weights = None
        if self.forecaster is not None:
            weights = self.forecaster.look(self.series.values[:origin], self.horizon)
        return Outlook(origin, tuple(views), weights)

    def _judge_one(
        self, name: str, point: Floats, lower: Floats, upper: Floats, origin: int
    ) -> View:
        rows = slice(origin, origin + self.horizon)
        truth, known = self.target[rows], self.known[rows]
        steps = len(truth)
        error = np.abs(point[:steps] - truth)[known]
        inside = ((lower[:steps] <= truth) & (truth <= upper[:steps]))[known]
        mean = float(error.mean()) if len(error) else float("nan")
        return View(name, point, lower, upper, mean, int(inside.sum()), len(error))

    def judge(self) -> Iterator[Verdict]:
        """Yield how good each method is over the origins of the test part."""
        trial = self.trial
        known = np.where(self.known[trial.rows], 1.0, np.nan)
        for method in self.methods:
            fitted = trial.parts.validation
            found = method.forecast(self.target, trial.origins, self.horizon, fitted)
            error = np.abs(found.point - self.target[trial.rows]) * known
            counts = np.isfinite(error).sum(axis=0)
            by_step = np.divide(
                np.nansum(error, axis=0), counts, out=np.full(len(counts), np.nan), where=counts > 0
            )
            yield Verdict(method.name, trial.measure(found), by_step)


def make_study(
    series: Series,
    forecaster: SeriesForecaster | None,
    *,
    name: str = "",
    why: str = "",
    horizon: int | None = None,
    rows: int | None = None,
    shares: tuple[float, float] | None = None,
    seed: int | None = None,
    learned: bool = True,
) -> Study:
    """Return a study of a series without gaps.

    Args:
        series: the series, with the target first.
        forecaster: reads the columns of the series; None for the simple methods alone.
        name: names the forecaster.
        why: why there is none.
        horizon: H; by default what the forecaster was trained for. What is too long is shortened.
        rows: rows that are divided into parts; the rest goes on after the test part. By default
            all.
        shares: shares of the validation and of the test part; by default those of a training.
        seed: of a series that is made by rule.
        learned: whether the forecaster was trained on this series.

    Raises:
        UserError: the series is too short.
    """
    from seq.forecast.baselines import fit_simple
    from seq.forecast.evaluation import Trial

    if len(series) < FEWEST_ROWS:
        raise UserError(
            f"{series.name} has {len(series):,} rows, and a forecast that can be judged needs "
            f"{FEWEST_ROWS}"
        )
    parts = _divide(len(series), rows or len(series), shares)
    usual = min(HORIZON, max(1, len(series) // 10))
    most = LONGEST
    if forecaster is not None:
        usual = forecaster.model.config.horizon
        most = usual if forecaster.model.config.strategy == "direct" else LONGEST
    horizon = max(1, min(horizon or usual, most, parts.rows - parts.validation))
    context = 1 if forecaster is None else forecaster.model.config.context
    trial = Trial.prepare(series, parts, context=context, horizon=horizon)
    simple = fit_simple(
        series.values[:, 0],
        training=parts.training,
        validation=parts.validation,
        period=trial.period,
        horizon=horizon,
    )
    methods: Sequence[Method] = simple[::-1]
    if forecaster is not None:
        methods = [Asker(forecaster, series.values, name), *methods]
    return Study(series, trial, tuple(methods), forecaster, why, seed, learned)


def _divide(rows: int, divided: int, shares: tuple[float, float] | None) -> Parts:
    """Return the parts of a series of which the first rows are divided as in a training."""
    from seq.forecast.config import ForecasterTraining
    from seq.forecast.data import Parts

    config = ForecasterTraining()
    if shares is not None:
        config = config.replace({"validation_share": shares[0], "test_share": shares[1]})
    found = Parts.divide(divided, config)
    return Parts(found.training, found.validation, rows)
