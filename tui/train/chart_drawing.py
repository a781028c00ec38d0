"""Draw the curves of several runs into one chart, with marks and labels. No screen here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from charlm.drawing.panels import shorten
from tui.train.plot import (
    Curves,
    Points,
    XAxis,
    YAxis,
    choose_y_ticks,
    find_ranges,
    scale,
)
from tui.widgets.sheet import Sheet, draw_curve, draw_upright, frame

BEST, HEART, CURSOR, CLIP = "◆", "┊", "│", "┄"
BY_HEART = "from here on it learns by heart"
LEGEND = "── validation  ┄┄ training"
LEAST_COLUMNS, LEAST_ROWS, AXIS = 12, 3, 2
"""Cells of the inside, at least; lines of the horizontal axis, which are left out in less room."""
LONGEST_LABEL = 24


@dataclass(frozen=True)
class Look:
    """The colours of a chart."""

    series: Sequence[str]
    """Colours of the runs."""
    quiet: str
    """Colour of labels and of the cursor."""


@dataclass(frozen=True)
class Chart:
    """A chart that is drawn: its lines, and where its axes lie."""

    lines: list[Text]
    margin: int
    """Cells to the left of the vertical axis, that one included."""
    columns: int
    """Cells of the inside."""
    right: float
    """Greatest value of the horizontal axis."""


def draw_chart(
    curves: Sequence[Curves],
    width: int,
    height: int,
    look: Look,
    axes: tuple[XAxis, YAxis] = ("passes", "linear"),
    cursor: float | None = None,
) -> Chart:
    """Return the loss curves of runs: validation as a line, training dashed.

    Args:
        curves: curves of the runs, the one that the marks are for last.
        width: cells of a line.
        height: number of lines; the last two are the horizontal axis, if there is room for it.
        look: colours.
        axes: what is drawn to the right, and how what is drawn upwards is scaled.
        cursor: place on the horizontal axis that is marked.
    """
    x_axis, y_axis = axes
    x_range, y_range = find_ranges(curves, y_axis)
    rows = height - AXIS if height >= LEAST_ROWS + AXIS else max(1, height)
    ticks = choose_y_ticks(y_range, y_axis, max(2, rows // 2))
    margin = 1 + max(map(len, ticks.values()), default=0)
    sheet = Sheet(max(LEAST_COLUMNS, width - margin), rows, x_range, y_range)
    for one in curves:
        draw_curve(sheet, scale(one.train, y_axis), look.series[one.look], dashed=True)
    for one in curves:
        draw_curve(sheet, scale(one.validation, y_axis), look.series[one.look], dashed=False)
    for one in curves:
        _mark(sheet, one, look, y_axis, all_marks=one is curves[-1])
    if cursor is not None:
        draw_upright(sheet, cursor, y_range[0], CURSOR, look.quiet)
    if sheet.is_free(sheet.columns - len(LEGEND), 0, len(LEGEND)):
        sheet.write(sheet.columns - len(LEGEND), 0, LEGEND, look.quiet)
    lines = frame(sheet, ticks, margin, x_range, x_axis, look.quiet)
    return Chart(lines[: max(1, height)], margin, sheet.columns, x_range[1])


def _mark(sheet: Sheet, one: Curves, look: Look, y_axis: YAxis, *, all_marks: bool) -> None:
    """Mark a run's best evaluation and where it learns by heart, and name it at its end."""
    color, points = look.series[one.look], scale(one.validation, y_axis)
    if not points:
        return
    letter = f"{one.letter} " if one.letter else ""
    if one.letter:
        sheet.write_on(points, one.letter, color)
    if one.best is not None and (best := scale([one.best], y_axis)):
        sheet.put(best[0], BEST, color)
        if all_marks and len(points) > 2:
            column, row = sheet.find_cell(*best[0])
            sheet.write_near(column, row + 1, f"▲ {one.best_label}", color)
    if all_marks and one.by_heart is not None:
        low = points[-1][1]
        draw_upright(sheet, one.by_heart, low, HEART, color)
        column, row = sheet.find_cell(one.by_heart, low)
        sheet.write_near(column, row + 2, BY_HEART, color, rows=6)
    column, row = sheet.find_cell(*points[-1])
    name = f"{letter}{shorten(one.name, LONGEST_LABEL)}"
    label = f"{name} {one.best[1]:.3f}" if one.best is not None else name
    if cell_len(label) == len(label):  # a cell holds one character
        sheet.write_near(column, row - 1, label, color)


def draw_small(
    points: Points, width: int, height: int, colors: tuple[str, str], line: float | None
) -> list[Text]:
    """Return one curve on a logarithmic axis, with a horizontal line at a value.

    Args:
        points: the curve.
        width: cells of a line.
        height: number of lines.
        colors: colour of the curve; colour of axis and line.
        line: value of the horizontal line; None draws none.
    """
    drawn = scale(points, "log")
    values = [y for _, y in drawn] + [y for _, y in scale([(0, line or 0.0)], "log")]
    low, high = min(values, default=0.0), max(values, default=1.0)
    y_range = (low - 0.05, high + 0.05)
    right = max((x for x, _ in points), default=1.0) or 1.0
    ticks = choose_y_ticks(y_range, "log", max(2, height // 2))
    margin = 1 + max(map(len, ticks.values()), default=0)
    sheet = Sheet(max(LEAST_COLUMNS, width - margin), max(1, height), (0.0, right), y_range)
    draw_curve(sheet, drawn, colors[0], dashed=False)
    if line is not None:
        for _, y in scale([(0.0, line)], "log"):
            _, row = sheet.find_cell(0.0, y)
            for column in range(sheet.columns):
                if sheet.is_free(column, row, 1):
                    sheet.write(column, row, CLIP, colors[1])
    return frame(sheet, ticks, margin, (0.0, right), "", colors[1])[: sheet.rows]
