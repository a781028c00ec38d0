"""`charlm forecast predict`: forecast how a series goes on, and draw it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from charlm.commands.inside.output import PLACE, DescribedPng
from charlm.console.download_bar import DownloadBar
from charlm.console.options import COMPUTING, ComputingOptions, Json, Model
from charlm.console.program import notice, print_json, printable, stderr, stdout
from corpora.atomic import write_atomic
from corpora.errors import UserError
from seq.forecast.commands.reading import FillAsTrained, SeriesToRead, TimeColumn

if TYPE_CHECKING:
    from rich.console import Console

    from corpora.series.series import Series
    from seq.forecast.library import Forecast

HEIGHT = 22
"""Lines of the drawing in the terminal."""


def predict(
    data: SeriesToRead = None,
    /,
    *,
    model: Model = "noisy_seasons",
    steps: int | None = None,
    back: int | None = None,
    time: TimeColumn = None,
    fill: FillAsTrained = None,
    seed: int = 1,
    png: DescribedPng = None,
    csv: Annotated[Path | None, PLACE] = None,
    computing: ComputingOptions = COMPUTING,
    json: Json = False,
) -> None:
    """Forecast how a series goes on, and draw it with the band that 80 % should lie in.

    Parameters
    ----------
    steps
        Steps to forecast; by default those that the model was trained for.
    back
        Begin so many steps before the end, and draw what came then as well. By default 0: the
        forecast begins at the end. A series that is made by rule goes on beyond what the model was
        trained on, so what came is known.
    seed
        Seed of the paths that the band is taken from.
    png
        Draw the forecast into this PNG file as well.
    csv
        Write steps, forecast and band into this file as well.
    """
    from seq.forecast.library import load
    from seq.forecast.trained_on import find_trained_on

    forecaster = load(model, **vars(computing))
    trained_on, names = find_trained_on(model), forecaster.columns.names
    count = forecaster.check_steps(steps)
    with closing(DownloadBar(stderr())) as bar:
        series = trained_on.read(
            model, names, data, fill=fill, time=time, longer=count, notice=notice, progress=bar
        )
    if back is None:
        made = trained_on.source is not None and len(series) > trained_on.source.how.length
        back = count if made and data is None else 0
    if not 0 <= back <= len(series):
        raise UserError(f"--back must lie between 0 and {len(series):,}, not {back:,}")
    first = len(series) - back
    found = forecaster.forecast(series.values[:first], count, seed=seed)
    if json:
        print_json({"model": model, "series": series.name, **to_json(series, found, first)})
    else:
        show(stdout(), series, found, first)
    if csv is not None:
        write_atomic(csv, format_csv(series, found, first).encode())
        notice(f"written: {csv}")
    if png is not None:
        save_png(series, found, first, png)


def to_json(series: Series, found: Forecast, first: int) -> dict[str, Any]:
    """Return a forecast as an object for JSON; `first` is the row that it begins with."""
    came = series.values[first:, 0][: len(found.point)].tolist()
    return {
        "target": series.columns[0],
        "first": first,
        "forecast": found.point.tolist(),
        "lower": found.lower.tolist(),
        "upper": found.upper.tolist(),
        "came": came,
    }


def format_csv(series: Series, found: Forecast, first: int) -> str:
    """Return a forecast as a table with commas; `first` is the row that it begins with."""
    came = series.values[first:, 0].tolist()
    lines = ["step,forecast,lower,upper,came"]
    rows = zip(found.point.tolist(), found.lower.tolist(), found.upper.tolist(), strict=True)
    for step, (point, lower, upper) in enumerate(rows):
        then = f"{came[step]:.10g}" if step < len(came) else ""
        lines.append(f"{first + step},{point:.10g},{lower:.10g},{upper:.10g},{then}")
    return "\n".join(lines) + "\n"


def show(console: Console, series: Series, found: Forecast, first: int) -> None:
    """Print a forecast: a drawing, and how good it was if that is known."""
    import numpy as np

    from charlm.drawing.braille import draw
    from seq.forecast.figure import make_legend

    color = console.color_system is not None and not console.no_color
    width = min(console.width, 120)
    panel = _make_panel(series, found, first)
    console.print(draw([panel], make_legend(series.columns[0]), width, HEIGHT, color=color))
    came = series.values[first:, 0][: len(found.point)]
    if not len(came):
        return
    error = float(np.abs(found.point[: len(came)] - came).mean())
    inside = (found.lower[: len(came)] <= came) & (came <= found.upper[: len(came)])
    console.print(
        f"off by {error:.4g} on average; {int(inside.sum()):,} of {len(came):,} values lie in the "
        "band",
        soft_wrap=True,
    )


def save_png(series: Series, found: Forecast, first: int, path: Path) -> None:
    """Draw a forecast as a PNG.

    Raises:
        UserError: the file cannot be written.
    """
    from charlm.drawing.picture import draw_panels, save_picture
    from seq.forecast.figure import make_legend

    panel = _make_panel(series, found, first)
    save_picture(draw_panels([panel], make_legend(series.columns[0])), path)
    notice(f"written: {path}")


def _make_panel(series: Series, found: Forecast, first: int) -> Any:
    from seq.forecast.figure import count_before, make_panel

    start = first - count_before(first, len(found.point))
    labels = None if series.times is None else series.times[start:]
    return make_panel(
        series.values[start:first, 0],
        found.point,
        (found.lower, found.upper),
        series.values[first : first + len(found.point), 0],
        first=first,
        labels=labels,
        title=printable(f"{series.name}: {len(found.point):,} steps from row {first:,} on"),
        x_label="row" if labels is None else "time",
        y_label=printable(series.columns[0]),
    )
