"""Read the series of a study, and load its forecaster. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from charlm.console.program import format_name
from corpora.errors import UserError
from corpora.notice import Notice
from tui.files import parse_path
from tui.forecast.study import Study, make_study

if TYPE_CHECKING:
    from corpora.series.series import Series
    from seq.forecast.data import Source
    from seq.forecast.library import SeriesForecaster
    from seq.forecast.trained_on import TrainedOn


@dataclass(frozen=True)
class Wanted:
    """What the user wants to look at."""

    model: str | None
    """Name of the forecaster; None for none."""
    path: str = ""
    """An own table; empty for the series that the forecaster was trained on."""
    target: str = ""
    """Column of it that is forecast where no forecaster says which; empty for the first one."""
    seed: int | None = None
    """Seed of a series that is made by rule; None for that of the training."""
    horizon: int | None = None
    """Steps to forecast; None for those that the forecaster was trained for."""


class Loaded:
    """A forecaster, and what it was trained on. It keeps no state: threads may share it."""

    def __init__(self, forecaster: SeriesForecaster, trained_on: TrainedOn) -> None:
        self.forecaster, self.trained_on = forecaster, trained_on

    @property
    def source(self) -> Source | None:
        """The series of the training, if the model says which."""
        return self.trained_on.source


def load_forecaster(path: str) -> Loaded:
    """Return the forecaster at `path`, on the CPU."""
    from seq.forecast.library import load
    from seq.forecast.trained_on import find_trained_on

    return Loaded(load(path, device="cpu"), find_trained_on(path))


def open_study(wanted: Wanted, loaded: Loaded | None, notice: Notice) -> Study:
    """Return the study that the user wants.

    Args:
        wanted: what the user wants.
        loaded: the forecaster, if there is one.
        notice: told in a line what the user should know of the series.

    Raises:
        UserError: the series cannot be read, is too short, or nobody knows which one it is.
    """
    if wanted.path:
        return _open_own(wanted, loaded, notice)
    if loaded is None:
        raise UserError("there is no forecaster; open a table of yours (^o)")
    if loaded.source is None:
        raise UserError(
            f"{format_name(wanted.model or '')} does not say what it was trained on; open a table"
        )
    return _open_learned(wanted, loaded, loaded.source, notice)


def _open_own(wanted: Wanted, loaded: Loaded | None, notice: Notice) -> Study:
    """Return the study of a table of the user's.

    The forecaster is left out if the table lacks its columns.
    """
    from corpora.series.load import load_series

    path = str(parse_path(wanted.path))
    if not Path(path).is_file():  # a name without a file would be that of a signal
        raise UserError(f"there is no file {format_name(wanted.path)}")
    series = load_series(path, fill="last", notice=notice)
    series = replace(series, name=Path(path).name)
    why = _find_obstacle(wanted, loaded, series)
    if loaded is None or why:
        columns = series.columns
        target = wanted.target if wanted.target in columns else columns[0]
        study = make_study(series.select([target]), None, horizon=wanted.horizon, why=why)
        return replace(study, columns=columns)
    series = series.select(loaded.forecaster.columns.names)
    learned = loaded.source is not None and _is_same(loaded.source.spec, path)
    return _make(wanted, loaded, series, learned=learned)


def _find_obstacle(wanted: Wanted, loaded: Loaded | None, series: Series) -> str:
    """Return why the forecaster cannot read a series; nothing if it can."""
    if loaded is None:
        return "no forecaster is chosen"
    columns, name = loaded.forecaster.columns.names, format_name(wanted.model or "")
    if missing := [one for one in columns if one not in series.columns]:
        has = ", ".join(map(format_name, series.columns))
        return f"{name} reads a column {format_name(missing[0])}; the table has {has}"
    context = loaded.forecaster.model.config.context
    return f"{name} reads {context:,} rows before a forecast" if len(series) <= context else ""


def _open_learned(wanted: Wanted, loaded: Loaded, source: Source, notice: Notice) -> Study:
    """Return the study of the series of the training; one that is made by rule goes on beyond."""
    from corpora.series.load import is_made

    if not is_made(source.spec):
        if Path(source.spec).exists():
            parse_path(source.spec)  # visitors may not use it if it lies elsewhere
        return _make(wanted, loaded, source.read(notice), learned=True)
    own = source.how.data_seed
    seed = own if wanted.seed is None else wanted.seed
    steps = loaded.forecaster.model.config.horizon
    how = source.how.replace({"data_seed": seed, "length": source.how.length + steps})
    series = replace(source, how=how).read(notice)
    rows = source.how.length
    return _make(wanted, loaded, series, learned=seed == own, rows=rows, seed=seed)


def _make(
    wanted: Wanted,
    loaded: Loaded,
    series: Series,
    *,
    learned: bool,
    rows: int | None = None,
    seed: int | None = None,
) -> Study:
    training = loaded.trained_on.training
    return make_study(
        series,
        loaded.forecaster,
        name=format_name(wanted.model or ""),
        horizon=wanted.horizon,
        rows=rows,
        shares=(training.validation_share, training.test_share),
        seed=seed,
        learned=learned,
    )


def _is_same(spec: str, path: str) -> bool:
    return Path(spec).exists() and Path(spec).resolve() == Path(path).resolve()
