"""`charlm forecast evaluate`: rolling-origin evaluation of a forecaster, beside simple methods."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from charlm.console.download_bar import DownloadBar
from charlm.console.options import COMPUTING, ComputingOptions, Json, Model
from charlm.console.program import notice, print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from charlm.experiments.comparison import make_table
from corpora.errors import UserError
from seq.forecast.commands.reading import FillAsTrained, SeriesToRead, TimeColumn

if TYPE_CHECKING:
    from seq.forecast.evaluation import Row, Trial


def evaluate(
    model: Model = "noisy_seasons",
    /,
    *,
    data: SeriesToRead = None,
    steps: int | None = None,
    period: int | None = None,
    origins: int = 200,
    time: TimeColumn = None,
    fill: FillAsTrained = None,
    seed: int = 1,
    computing: ComputingOptions = COMPUTING,
    json: Json = False,
) -> None:
    """Report how well a forecaster forecasts the test part, beside simple methods.

    Forecasts begin at many rows of the test part. Each reads the rows before it, and nothing of the
    rows that it forecasts. The simple methods forecast the same: the last value, the last season,
    a linear autoregression, and, with the extra statistics, Holt-Winters and ARIMA.

    Parameters
    ----------
    steps
        Steps of each forecast; by default those that the model was trained for.
    period
        Steps of a season; by default found in the training part.
    origins
        Most forecasts, spread evenly over the test part; 0 for one from every row.
    seed
        Seed of the paths that distributions are taken from.
    """
    if origins < 0:
        raise UserError(f"--origins cannot be negative: {origins}")
    from seq.forecast.data import Parts
    from seq.forecast.evaluation import Row, Trial
    from seq.forecast.library import load
    from seq.forecast.trained_on import find_trained_on

    forecaster = load(model, **vars(computing))
    trained_on, horizon = find_trained_on(model), forecaster.check_steps(steps)
    with closing(DownloadBar(stderr())) as bar:
        series = trained_on.read(
            model, forecaster.columns.names, data, fill=fill, time=time, notice=notice, progress=bar
        )
    trial = Trial.prepare(
        series,
        Parts.divide(len(series), trained_on.training),
        context=forecaster.model.config.context,
        horizon=horizon,
        period=period,
        most=origins,
    )
    with stderr().status(f"forecasting from {len(trial.origins):,} rows …"):
        found = forecaster.forecast_from(trial.values, trial.origins, horizon, seed=seed)
        rows = [Row(model, trial.measure(found)), *trial.measure_methods()]
    if json:
        about = {"model": model, "series": series.name, "steps": horizon, "period": trial.period}
        about |= {"origins": len(trial.origins), "values": rows[0].measures.values}
        print_json({**about, "methods": [row.to_json() for row in rows]})
    else:
        _show(f"{series.name}, {series.columns[0]}", trial, rows)


def _show(what: str, trial: Trial, rows: Sequence[Row]) -> None:
    """Print the measures of all methods as a table."""
    from seq.forecast.report import HEADINGS, format_measures

    console = stdout()
    steps = f"{trial.horizon:,} step{'' if trial.horizon == 1 else 's'}"
    console.print(
        printable(f"{what}: {len(trial.origins):,} forecasts of {steps} from the test part; ")
        + (f"a season of {trial.period:,} steps" if trial.period > 1 else "no season"),
        soft_wrap=True,
    )
    lines = [[printable(row.name), *format_measures([row.measures])] for row in rows]
    print_table(console, make_table(("method", *HEADINGS), lines))
