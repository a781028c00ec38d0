"""A forecast as a table or as a picture, for a file. This module uses no screen."""

from __future__ import annotations

from typing import Any

from charlm.console.program import printable
from tui.forecast.study import Outlook, Study

SUFFIXES = {"png": "Picture (PNG)", "csv": "Table (CSV)"}
"""Kinds of files, by what their names end with."""
UNSAFE = '/\\:*?"<>|\0'
"""Characters that a file name had better not have."""


def name_file(study: Study, outlook: Outlook, suffix: str) -> str:
    """Return the name that is proposed for the file."""
    stem = printable(study.series.name.rpartition(".")[0] or study.series.name)
    safe = "".join("_" if one in UNSAFE or one.isspace() else one for one in stem)
    return f"{safe}-{outlook.origin}.{suffix}"


def draw_file(study: Study, outlook: Outlook, suffix: str) -> bytes:
    """Return the content of a file: png or csv."""
    return format_csv(study, outlook).encode() if suffix == "csv" else draw_png(study, outlook)


def format_csv(study: Study, outlook: Outlook) -> str:
    """Return what all methods say, one line for each step; what nobody knows is empty."""
    import csv
    import io

    made = io.StringIO()
    table = csv.writer(made, lineterminator="\n")
    main, others = outlook.views[0], outlook.views[1:]
    time = study.series.times
    head = ["row", *(["time"] if time else []), "came", main.name, "lower", "upper"]
    table.writerow([*head, *(view.name for view in others)])
    for step in range(len(main.point)):
        row = outlook.origin + step
        known = row < len(study.target) and bool(study.known[row])
        cells: list[Any] = [row]
        if time:
            cells.append(time[row] if row < len(time) else "")
        cells.append(f"{study.target[row]:.10g}" if known else "")
        numbers = (main.point, main.lower, main.upper, *(view.point for view in others))
        table.writerow([*cells, *(f"{values[step]:.10g}" for values in numbers)])
    return made.getvalue()


def draw_png(study: Study, outlook: Outlook) -> bytes:
    """Return the picture that `charlm forecast predict` draws."""
    from charlm.drawing.picture import draw_panels
    from seq.forecast.figure import count_before, make_legend, make_panel

    origin, main = outlook.origin, outlook.views[0]
    start = origin - count_before(origin, study.horizon)
    times = study.series.times
    labels = None if times is None else times[start:]
    panel = make_panel(
        study.target[start:origin],
        main.point,
        (main.lower, main.upper),
        study.target[origin : origin + study.horizon],
        first=origin,
        labels=labels,
        title=printable(f"{study.series.name}: {main.name}, {study.horizon:,} steps"),
        x_label="row" if labels is None else "time",
        y_label=printable(study.series.columns[0]),
    )
    return draw_panels([panel], make_legend(study.series.columns[0])).to_png()
