"""The data of a forecaster: where it comes from, its scaling, its parts in time, its windows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from charlm.arrays import Floats, Ints, Singles
from charlm.runs.place import (
    FROM_PYTHON,
    check_lies_somewhere,
    recall_place,
    record_place,
)
from corpora.errors import UserError
from corpora.known.download import Progress
from corpora.notice import Notice, silent
from corpora.series.known import KNOWN
from corpora.series.load import is_made, load_series
from corpora.series.series import Series
from corpora.series.signals import SIGNALS
from corpora.tables import Table
from corpora.versioned_json import parse_versioned
from seq.forecast.config import ForecasterTraining, SourceConfig

FORMAT, VERSION = "charlm-columns", 1


@dataclass(frozen=True, kw_only=True)
class Source:
    """A series that is asked for. The target is always among what is read, and comes first."""

    spec: str
    """Path or name; see `corpora.series.load`."""
    target: str | None = None
    """Column that is forecast; None for the usual one, or the only one."""
    inputs: tuple[str, ...] = ()
    """Columns that are read; none for the target alone."""
    time: str | None = None
    """Column with the times."""
    how: SourceConfig = field(default_factory=SourceConfig)
    given: Table | Series | None = field(default=None, repr=False)
    """What a Python program gave in the place of `spec`, which is then `FROM_PYTHON`."""

    def read(self, notice: Notice = silent, progress: Progress | None = None) -> Series:
        """Return the series, with the target as its first column, and without gaps.

        Raises:
            UserError: there is no such series or column, or it has gaps that nothing fills.
        """
        if self.given is None:
            check_lies_somewhere(self.spec)
        target = self.target or self._find_target()
        columns = list(dict.fromkeys([target, *self.inputs])) if target else []
        found = load_series(
            self.spec if self.given is None else self.given,
            length=self.how.length,
            seed=self.how.data_seed,
            columns=columns,
            time=self.time,
            fill=self.how.fill,
            progress=progress,
            notice=notice,
        )
        if not columns and len(found.columns) > 1:
            where = found.name if self.given is not None else self.spec
            raise UserError(
                f"{where} has several columns of numbers ({', '.join(found.columns)}); name "
                "the one to forecast with --target"
            )
        return found

    def _find_target(self) -> str | None:
        if is_made(self.spec):
            return SIGNALS[self.spec].columns[0]
        return KNOWN[self.spec].target if self.spec in KNOWN else None

    def record(self, series: Series) -> dict[str, Any]:
        """Return what a run folder records of the series. What is made by rule needs no sum."""
        about: dict[str, Any] = {
            "target": series.columns[0],
            "inputs": list(series.columns),
            "time": self.time,
            **self.how.to_json(),
            "rows": len(series),
        }
        if not is_made(self.spec):
            about["sha256"] = series.digest
        return {**record_place(self.spec), **about}

    @classmethod
    def from_record(
        cls,
        corpus: Mapping[str, Any],
        spec: str | None = None,
        given: Table | Series | None = None,
    ) -> Self:
        """Return the source that `record` recorded.

        Args:
            corpus: the record.
            spec: where the series is now, if not where it was.
            given: what a Python program gives in its place.

        Raises:
            UserError: the record is damaged.
        """
        try:
            how = {name: corpus[name] for name in ("fill", "length", "data_seed")}
            return cls(
                spec=FROM_PYTHON if given is not None else spec or recall_place(corpus),
                given=given,
                target=str(corpus["target"]),
                inputs=tuple(map(str, corpus["inputs"])),
                time=corpus["time"],
                how=SourceConfig.from_json(how),
            )
        except (KeyError, TypeError) as error:
            raise UserError("the record of the series is damaged") from error


@dataclass(frozen=True)
class Columns:
    """The columns that a forecaster reads, and how their values are scaled. The target is first.

    It lies in the place of a vocabulary in the model file: what the inputs mean.
    """

    names: tuple[str, ...]
    """Names of the K columns."""
    mean: Floats
    """Mean of each column in the training part, (K,)."""
    scale: Floats
    """Standard deviation of each column in the training part, (K,)."""

    @classmethod
    def fit(cls, names: tuple[str, ...], values: Floats) -> Self:
        """Return the scaling that gives `values`, (T, K), mean 0 and deviation 1.

        Args:
            names: names of the columns.
            values: the training part, and nothing else.
        """
        scale = values.std(axis=0)
        return cls(names, values.mean(axis=0), np.where(scale > 1e-12, scale, 1.0))

    def apply(self, values: Floats) -> Singles:
        """Return values (…, K) as the network reads them."""
        return ((values - self.mean) / self.scale).astype(np.float32)

    def undo(self, scaled: Floats) -> Floats:
        """Return values of the target, (…), in its own unit."""
        found: Floats = scaled * self.scale[0] + self.mean[0]
        return found

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.names

    def to_json(self) -> str:
        """Return the columns as one line of JSON in ASCII."""
        parts = {
            "names": list(self.names),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
        }
        return json.dumps({"format": FORMAT, "version": VERSION, **parts})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read columns that `to_json` wrote.

        Raises:
            UserError: `text` does not hold such columns.
        """
        found = parse_versioned(text, FORMAT, VERSION, "the columns of a forecaster")
        lists = [found.get(part) for part in ("names", "mean", "scale")]
        names, mean, scale = ([*one] if isinstance(one, list) else [] for one in lists)
        alike = 0 < len(names) == len(mean) == len(scale) == len({*map(repr, names)})
        named = all(isinstance(one, str) for one in names)
        numbers = all(map(_is_number, [*mean, *scale]))
        if not (alike and named and numbers) or min(scale) <= 0:
            raise UserError("the columns of a forecaster are damaged")
        return cls(tuple(names), np.array(mean, dtype=float), np.array(scale, dtype=float))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class Parts:
    """How the T rows of a series are divided in time: training, then validation, then test."""

    training: int
    """Rows before this one are for training."""
    validation: int
    """Rows from `training` to before this one are for validation; the rest is the test."""
    rows: int
    """T."""

    @classmethod
    def divide(cls, rows: int, config: ForecasterTraining) -> Self:
        """Return the parts of a series of so many rows."""
        test = round(rows * config.test_share)
        validation = max(1, round(rows * config.validation_share))
        return cls(rows - test - validation, rows - test, rows)


def list_origins(start: int, end: int, context: int, horizon: int, most: int = 0) -> Ints:
    """Return the rows at which forecasts can begin so that all they are compared with lies inside.

    A forecast from origin t reads rows t - context to t - 1, and says rows t to t + horizon - 1.

    Args:
        start: first row that may be forecast.
        end: row after the last one that may be forecast.
        context: rows that are read.
        horizon: rows that are forecast.
        most: most origins, spread evenly; 0 for all.
    """
    origins = np.arange(max(start, context), end - horizon + 1)
    if most and len(origins) > most:
        origins = origins[np.linspace(0, len(origins) - 1, most).round().astype(int)]
    return origins
