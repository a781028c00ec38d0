"""`charlm forecast info`: what a series is like, and what its parts are."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.table import Table

from charlm.console.download_bar import DownloadBar
from charlm.console.options import INPUT, SEVERAL, Json, make_options
from charlm.console.program import notice, print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from corpora.series.known import KNOWN
from corpora.series.signals import SIGNALS
from seq.forecast.config import ForecasterTraining, SourceConfig

if TYPE_CHECKING:
    from rich.text import Text

    from corpora.series.series import Series

Options = make_options(SourceConfig, module=__name__, default="default")

HEIGHT, SHOWN = 14, 1500
"""Lines of the drawing, and most values that are drawn, the last ones."""


def info(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    target: str | None = None,
    inputs: Annotated[tuple[str, ...], SEVERAL] = (),
    time: str | None = None,
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> None:
    """Show a series: its columns, gaps, season and parts. Without one, list those with a name.

    `charlm info MODEL` shows a trained forecaster.

    Parameters
    ----------
    data
        A table with columns of numbers, or the name of a series.
    target
        Column that would be forecast, if there are several.
    inputs
        Columns that would be read.
    time
        Column with the times, if it is not called time, date or the like.
    """
    if data is None:
        _list(json)
        return
    from seq.forecast.data import Source

    source = Source(
        spec=data,
        target=target,
        inputs=inputs,
        time=time,
        how=SourceConfig().replace(vars(options)),
    )
    with closing(DownloadBar(stderr())) as bar:
        series = source.read(notice, bar)
    figures = describe(series)
    if json:
        print_json(figures)
    else:
        _show(series, figures)


def describe(series: Series) -> dict[str, Any]:
    """Return what is known of a series, as an object for JSON."""
    from seq.forecast.baselines import find_period
    from seq.forecast.data import Parts

    parts = Parts.divide(len(series), ForecasterTraining())
    return {
        "series": series.name,
        "rows": len(series),
        "target": series.columns[0],
        "columns": {
            name: {
                "mean": float(series.values[:, column].mean()),
                "lowest": float(series.values[:, column].min()),
                "highest": float(series.values[:, column].max()),
                "filled": int((~series.known[:, column]).sum()),
            }
            for column, name in enumerate(series.columns)
        },
        "period": find_period(series.values[: parts.training, 0]),
        "parts": {
            "training": parts.training,
            "validation": parts.validation - parts.training,
            "test": parts.rows - parts.validation,
        },
    }


def _show(series: Series, figures: dict[str, Any]) -> None:
    """Print what `describe` found, and a drawing."""
    console, period = stdout(), figures["period"]
    season = f"a season of {period:,} steps" if period > 1 else "no season found"
    divided = ", ".join(f"{rows:,} for {part}" for part, rows in figures["parts"].items())
    console.print(
        printable(f"{series.name}: {len(series):,} rows ({divided}); {season}"), soft_wrap=True
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("column", "mean", "lowest", "highest", "filled"):
        table.add_column(heading, justify="left" if heading == "column" else "right")
    for name, about in figures["columns"].items():
        numbers = (f"{about[key]:.4g}" for key in ("mean", "lowest", "highest"))
        table.add_row(printable(name), *numbers, f"{about['filled']:,}")
    print_table(console, table)
    console.print(_draw(series, console.width, console.color_system is not None))


def _draw(series: Series, width: int, color: bool) -> Text:
    """Return a drawing of the last values of the target."""
    from charlm.drawing.braille import draw
    from charlm.drawing.panels import Line, Panel
    from seq.forecast.figure import WAS, choose_labels, list_points

    start = max(0, len(series) - SHOWN)
    labels = None if series.times is None else choose_labels(series.times[start:], start)
    lines = [Line(WAS, list_points(series.values[start:, 0], start), marked=False)]
    panel = Panel("", "row" if labels is None else "time", "", lines, x_ticks=labels)
    return draw([panel], [printable(series.columns[0])], min(width, 120), HEIGHT, color=color)


def _list(json: bool) -> None:
    """List the series that have a name."""
    rows = [(name, signal.about, "made by rule") for name, signal in SIGNALS.items()]
    rows += [(name, known.entry.title, known.entry.licence) for name, known in KNOWN.items()]
    if json:
        keys = ("name", "about", "origin")
        print_json({"series": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("series", "what it is", ""):
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    print_table(stdout(), table)
