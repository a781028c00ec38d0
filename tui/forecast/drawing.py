"""Charts of a series and its forecasts. This module uses no screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.text import Text

from charlm.arrays import Floats
from charlm.drawing.braille import choose_ticks
from charlm.drawing.panels import Points, Range, shorten
from tui.forecast.study import Outlook, Study, Verdict, View
from tui.widgets.sheet import Sheet, draw_curve, draw_upright, frame

ORIGIN, PART = "┊", "╎"
"""Upright lines: where a forecast begins, and where a part of the series ends."""
AXIS = 2
"""Lines of the horizontal axis."""
LEAST_COLUMNS, LEAST_ROWS = 12, 2
FEWEST_BEFORE = 4
"""Rows before a forecast that are drawn at least."""
LONGEST_NAME = 22


@dataclass(frozen=True)
class Look:
    """The colours of the charts."""

    was: str
    """What was and what came."""
    forecast: str
    beside: str
    """The method that is drawn beside the first one."""
    origin: str
    quiet: str
    """Axes and names."""


@dataclass(frozen=True)
class Chart:
    """A chart that is drawn, and where its rows lie."""

    lines: list[Text]
    margin: int
    """Cells to the left of the inside."""
    columns: int
    """Cells of the inside."""
    first: int
    """Row of the series at the left edge."""
    last: int
    """Row at the right edge."""

    def find_row(self, x: int) -> int:
        """Return the row of the series at a cell of a line."""
        share = (x - self.margin) / max(1, self.columns - 1)
        return round(self.first + min(max(share, 0.0), 1.0) * (self.last - self.first))


def count_rows_before(study: Study, origin: int, zoom: int) -> int:
    """Return how many rows before an origin are drawn, doubled by each step of the zoom."""
    from seq.forecast.figure import count_before

    usual = count_before(len(study.series), study.horizon)
    return max(FEWEST_BEFORE, min(origin, round(usual * 2.0**zoom)))


def draw_forecast(
    study: Study, outlook: Outlook, beside: str, width: int, height: int, look: Look, zoom: int = 0
) -> Chart:
    """Return the series around an origin, what came, and the forecast with its band.

    Args:
        study: the series and its methods.
        outlook: what they say from the origin.
        beside: name of the method that is drawn beside the first one; empty for none.
        width: cells of a line.
        height: number of lines.
        look: colours.
        zoom: how often the room before the origin is doubled.
    """
    origin, steps = outlook.origin, study.horizon
    first = max(0, origin - count_rows_before(study, origin, zoom))
    last = origin + steps - 1
    shown = study.target[first : last + 1]
    main = outlook.views[0]
    others = [view for view in outlook.views[1:] if view.name == beside]
    drawn = [shown, main.lower, main.upper, *(view.point for view in others)]
    y_range = _find_range(drawn)
    sheet, ticks, margin = _begin(width, height, (first, max(last, first + 1)), y_range)
    before = study.target[origin - 1 : origin]
    start = origin - 1
    lower, upper = (_join(before, end, start) for end in (main.lower, main.upper))
    sheet.shade(lower, upper, look.forecast)
    for view in others:
        draw_curve(sheet, _join(before, view.point, start), look.beside, dashed=True)
    draw_curve(sheet, _list_points(shown, first), look.was, dashed=False)
    draw_curve(sheet, _join(before, main.point, start), look.forecast, dashed=False)
    # Dots can be put into a cell of dots, but not into a line that stands there already.
    draw_upright(sheet, start + 0.5, y_range[0], ORIGIN, look.origin)
    _write_names(sheet, study, main, others, shown[origin - first :], origin, look)
    labels = _choose_times(study, first, last, sheet.columns)
    x_range = (first, max(last, first + 1))
    lines = frame(sheet, ticks, margin, x_range, _name_axis(study), look.quiet, labels)
    return Chart(lines[: max(1, height)], margin, sheet.columns, first, max(last, first + 1))


def draw_whole(study: Study, origin: int, width: int, height: int, look: Look) -> Chart:
    """Return the whole series, with its parts, and the rows that are forecast from an origin."""
    rows = len(study.series)
    last = max(rows - 1, 1)
    y_range = _find_range([study.target])
    sheet, ticks, margin = _begin(width, height, (0, last), y_range)
    draw_curve(sheet, thin_out(study.target, 2 * sheet.columns), look.was, dashed=False)
    parts = study.trial.parts
    for row in (parts.training, parts.validation):
        _draw_upright_over(sheet, row, y_range[0], PART, look.quiet)
    _draw_upright_over(sheet, min(origin, last), y_range[0], ORIGIN, look.origin)
    labels = _choose_times(study, 0, last, sheet.columns)
    lines = frame(sheet, ticks, margin, (0, last), _name_axis(study), look.quiet, labels)
    return Chart(lines[: max(1, height)], margin, sheet.columns, 0, last)


def draw_steps(verdicts: Sequence[Verdict], width: int, height: int, looks: Sequence[str],
               quiet: str) -> list[Text]:  # fmt: skip
    """Return how the error of each method grows with the steps ahead.

    Args:
        verdicts: the methods, at least one.
        width: cells of a line.
        height: number of lines.
        looks: colours of the methods.
        quiet: colour of the axes.
    """
    steps = len(verdicts[0].by_step)
    curves = [
        [(step, value) for step, value in _list_points(one.by_step, 1) if value == value]
        for one in verdicts
    ]
    values = [value for points in curves for _, value in points]
    y_range = (0.0, 1.05 * max(values, default=1.0) or 1.0)
    x_range = (1.0, float(max(2, steps)))
    sheet, ticks, margin = _begin(width, height, x_range, y_range)
    for points, color in zip(curves, looks, strict=False):
        if points:
            draw_curve(sheet, points, color, dashed=color != looks[0])
    for verdict, points, color in zip(verdicts, curves, looks, strict=False):
        if points:
            column, row = sheet.find_cell(*points[-1])
            sheet.write_near(column, row, shorten(verdict.name, LONGEST_NAME), color, rows=4)
    return frame(sheet, ticks, margin, x_range, "steps", quiet)[: max(1, height)]


def thin_out(values: Floats, most: int) -> Points:
    """Return a series as at most 2 `most` points: the least and the greatest of equal parts."""
    if len(values) <= 2 * most:
        return _list_points(values, 0)
    starts = np.linspace(0, len(values), most, endpoint=False).astype(int)
    low, high = (reduce.reduceat(values, starts).tolist() for reduce in (np.minimum, np.maximum))
    return [
        (float(x), y)
        for x, pair in zip(starts.tolist(), zip(low, high, strict=True), strict=True)
        for y in pair
    ]


def _begin(
    width: int, height: int, x_range: Range, y_range: Range
) -> tuple[Sheet, dict[float, str], int]:
    """Return an empty sheet, the labels of its vertical axis, and the cells left of it."""
    rows = max(LEAST_ROWS, height - AXIS)
    ticks = choose_ticks(*y_range, max(2, rows // 2))
    margin = 1 + max(map(len, ticks.values()), default=0)
    return Sheet(max(LEAST_COLUMNS, width - margin), rows, x_range, y_range), ticks, margin


def _find_range(drawn: Sequence[Floats]) -> Range:
    """Return a range in which all values lie, never an empty one."""
    values = np.concatenate(drawn)
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = max(0.04 * (high - low), 1e-6 * max(1.0, abs(high)))
    return low - room, high + room


def _list_points(values: Floats, start: int) -> Points:
    return [(float(start + step), value) for step, value in enumerate(values.tolist())]


def _join(before: Floats, values: Floats, start: int) -> Points:
    """Return values as points that begin at the last one known."""
    return _list_points(np.concatenate([before, values]), start)


def _draw_upright_over(sheet: Sheet, x: float, low: float, character: str, color: str) -> None:
    """Draw an upright line over what is there: a dense series leaves no cell free."""
    column, _ = sheet.find_cell(x, low)
    for row in range(sheet.rows):
        sheet.write(column, row, character, color)


def _write_names(
    sheet: Sheet,
    study: Study,
    main: View,
    others: Sequence[View],
    came: Floats,
    origin: int,
    look: Look,
) -> None:
    """Write at the ends of the lines what they are."""
    ends = [(main.point, main.name, look.forecast)]
    ends += [(view.point, view.name, look.beside) for view in others]
    if len(came):
        ends.insert(0, (came, "what came", look.was))
    for values, name, color in ends:
        x = origin + len(values) - 1
        column, row = sheet.find_cell(float(x), float(values[-1]))
        sheet.write_near(column, row, shorten(name, LONGEST_NAME), color, rows=sheet.rows // 2)


def _choose_times(study: Study, first: int, last: int, columns: int) -> dict[float, str]:
    """Return a few of the times of a series by their rows, or of the rows where it has none."""
    times = study.series.times
    if times is None:
        return choose_ticks(first, max(last, first + 1), max(3, columns // 10))
    there = [row for row in range(first, min(last + 1, len(times))) if times[row]]
    every = max(1, -(-len(there) // max(1, columns // 16)))
    return {float(row): shorten(times[row], 14) for row in there[::every]}


def _name_axis(study: Study) -> str:
    return "row" if study.series.times is None else ""
