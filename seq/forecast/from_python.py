"""Train a forecaster from Python: `seq.train_forecaster`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from charlm.runs.place import FROM_PYTHON
from charlm.trained import Folders, Progress, Trained, keep_settled, take_settings, train_here
from corpora.errors import UserError
from corpora.series.given import take_columns
from corpora.series.load import list_series
from corpora.series.series import Series
from seq.forecast.config import ForecasterConfig, ForecasterTraining, SourceConfig
from seq.forecast.data import Source
from seq.forecast.library import SeriesForecaster, load
from seq.forecast.training import ForecasterRequest


def train_forecaster(
    values: Any = None,
    *,
    target: str | None = None,
    inputs: Sequence[str] = (),
    time: str | None = None,
    out: str | Path | None = None,
    resume: str | Path | None = None,
    progress: Progress = "auto",
    **settings: Any,
) -> Trained[SeriesForecaster]:
    """Train a forecaster of a series, and return it with the history of its losses.

    Of the rows, which go forward in time, the first 70 % are for training, the next 10 % choose the
    best model, and the last 20 % are never read (`validation_share`, `test_share`). Ctrl-C (in a
    notebook: the stop button) ends the training after a save: then `interrupted` is true, the model
    so far is there, and `resume=result.run`, with the same values, goes on.

    >>> result = seq.train_forecaster(temperatures, context=48, horizon=24)  # doctest: +SKIP
    >>> result.model.forecast(temperatures).point.shape  # doctest: +SKIP
    (24,)

    Args:
        values: T numbers, or T rows of C numbers (columns are then called 0, 1 and so on), as a
            list or an array; or a dictionary from names to columns, a data frame or a data set of
            Hugging Face; or a `Series`; or a path or the name of a series, as for `charlm forecast
            train`. They are read in their own unit; None and NaN are missing. None only with
            `resume`.
        target: column that is forecast, if there are several.
        inputs: columns that are read; the target always is.
        time: column with the times, if it is not called time, date or the like. An index of dates
            is one as well.
        out: folder of the run; None for a new one under runs/.
        resume: folder of a run that goes on.
        progress: auto, off, or a function that takes the events.
        **settings: fields of `ForecasterConfig`, `ForecasterTraining` and `SourceConfig` of
            `seq.forecast.config`, such as `context`, `horizon`, `epochs` or `fill`.

    Raises:
        UserError: the values or a setting cannot be used.
    """
    take_settings(settings, ForecasterConfig, ForecasterTraining, SourceConfig)
    if values is None and resume is None:
        raise UserError(f"which series? give numbers, a table, a path, or one of {list_series()}")
    keep_settled(resume, target=target, inputs=tuple(inputs), time=time)
    given = {} if values is None else _place(values)

    def request(folder: Path | None) -> ForecasterRequest:
        return ForecasterRequest(
            model=ForecasterConfig().replace(settings),
            training=ForecasterTraining().replace(settings),
            source=Source(
                **{"spec": FROM_PYTHON, **given},
                target=target,
                inputs=(inputs,) if isinstance(inputs, str) else tuple(inputs),
                time=time,
                how=SourceConfig().replace(settings),
            ),
            run=folder,
        )

    return train_here(
        ForecasterRequest, request, load, settings, given, Folders(out, resume), progress
    )


def _place(values: Any) -> dict[str, Any]:
    """Return the arguments of a source that values, a path or a name are."""
    if isinstance(values, str | Path):
        return {"spec": str(values)}
    return {"given": values if isinstance(values, Series) else take_columns(values)}
