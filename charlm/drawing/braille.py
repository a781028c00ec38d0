"""Panels of lines in a terminal, drawn with the dots of Braille characters.

plotext is not used: version 6.1 has one figure per process, paints its own background, draws the
legend over the data, and takes round ticks only from the caller.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.text import Text

from charlm.drawing.panels import LONGEST_NAME, Panel, Range, pick_look, shorten

Point = tuple[float, float]

HEIGHT = 34
"""Default height of a figure, in lines."""
MARKERS = ("●", "▲", "■", "◆", "○", "△", "□", "◇")


def draw(
    panels: Sequence[Panel],
    names: Sequence[str],
    width: int,
    height: int,
    *,
    color: bool = True,
) -> Text:
    """Return a drawing of panels for a terminal, with the legend above them.

    Two panels stand side by side if there are 110 columns or more. Otherwise panels stand one under
    another. The drawing takes at least 30 columns, and at least 4 lines for the inside of a panel.
    A console that honours NO_COLOR removes the colours.

    Args:
        panels: at least one panel.
        names: names of the series, for the legend.
        width: greatest width, in columns.
        height: height, in lines.
        color: draw in colours.
    """
    width = max(30, width)
    legend = _make_legend(names, width)
    labels = list(dict.fromkeys(panel.x_label for panel in panels))
    room = height - len(legend) - 1  # the last line holds the labels of the horizontal axes
    if width >= 110 and len(panels) == 2:
        left, right = (
            list(draw_panel(panel, (width - 2) // 2, max(4, room - 3))) for panel in panels
        )
        lines = [
            Text.assemble(one, " " * ((width - 2) // 2 + 2 - one.cell_len), two)
            for one, two in zip(left, right, strict=True)
        ]
    else:
        shares = [(room + index) // len(panels) for index in range(len(panels))]
        lines = [
            line
            for panel, share in zip(panels, reversed(shares), strict=True)
            for line in draw_panel(panel, width, max(4, share - 3))
        ]
    lines = [*legend, *lines, Text("; ".join(labels).center(width).rstrip())]
    text = Text("\n", no_wrap=True).join(lines)
    return text if color else Text(text.plain, no_wrap=True)


def _make_legend(names: Sequence[str], width: int) -> list[Text]:
    """Return lines with the marker and the name of each series, in as many columns as fit."""
    names = [shorten(name, min(LONGEST_NAME, width - 2)) for name in names]
    column = 5 + max(map(cell_len, names), default=0)
    columns = max(1, (width + 3) // column)
    lines = []
    for start in range(0, len(names), columns):
        line = Text()
        for series in range(start, min(start + columns, len(names))):
            color, marker = pick_look(series)
            line.pad_right(column * (series - start) - line.cell_len)
            line.append(MARKERS[marker], color).append(f" {names[series]}")
        lines.append(line)
    return lines


def draw_panel(panel: Panel, width: int, rows: int) -> Iterator[Text]:
    """Yield the lines of a panel: title, `rows` lines of its inside, axis, numbers of the axis."""
    x_range, y_range = panel.ranges()
    y_ticks = panel.y_ticks or choose_ticks(*y_range, max(2, (rows + 1) // 2))
    margin = max(map(len, y_ticks.values()))
    canvas = Canvas(width - margin - 1, rows, x_range, y_range)
    _draw_lines(canvas, panel)
    yield Text(f"{'':{margin}} {shorten(panel.title, width - margin - 1)}")
    labels = {canvas.find_cell(x_range[0], y)[1]: label for y, label in y_ticks.items()}
    for row in range(rows):
        axis = f"{labels[row]:>{margin}}┤" if row in labels else f"{'':{margin}}│"
        yield canvas.render_row(row, Text(axis))
    line_below, numbers = ["─"] * canvas.columns, " " * (margin + 1)
    x_ticks = panel.x_ticks or choose_ticks(*x_range, max(2, canvas.columns // 12))
    for x, label in x_ticks.items():
        column = canvas.find_cell(x, y_range[0])[0]
        line_below[column] = "┬"
        at = max(0, min(margin + 1 + column - len(label) // 2, width - len(label)))
        numbers = f"{numbers:<{at}}{label}"
    yield Text(f"{'':{margin}}└{''.join(line_below)}")
    yield Text(numbers)


def _draw_lines(canvas: Canvas, panel: Panel) -> None:
    """Draw the bands of a panel, its lines over them, then the markers of the lines."""
    for band in panel.bands:
        canvas.shade(band.lower, band.upper, pick_look(band.series)[0])
    for line in panel.lines:
        color, _ = pick_look(line.series)
        for start, end in zip(line.points, line.points[1:] or line.points, strict=False):
            canvas.draw_segment(start, end, color, dashed=line.dashed)
    for line in panel.lines:
        color, marker = pick_look(line.series)
        if (line.dashed or not line.marked) and len(line.points) > 1:
            continue  # a dashed line needs no markers
        for point in line.points:
            canvas.put(point, "·" if line.dashed else MARKERS[marker], color)


def choose_ticks(low: float, high: float, most: int) -> dict[float, str]:
    """Return at most `most` + 1 round numbers from `low` to `high`, and their labels."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.9999)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, final = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return {index * step: f"{index * step + 0.0:.{decimals}f}" for index in range(first, final + 1)}


class Canvas:
    """Cells of 2 x 4 Braille dots. A cell has the colour of the last thing drawn in it.

    Args:
        columns: width in cells.
        rows: height in cells.
        x: range of the horizontal axis.
        y: range of the vertical axis.
    """

    # Bit of each dot in the Braille characters from U+2800 on, by row and column.
    DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

    def __init__(self, columns: int, rows: int, x: Range, y: Range) -> None:
        self.columns, self.rows = columns, rows
        self._x, self._y = x, y
        self._cells = [[(" ", "")] * columns for _ in range(rows)]

    def _find_dot(self, x: float, y: float) -> tuple[int, int]:
        """Return the column, from the left, and the row, from the top, of the dot at a point."""
        right = (x - self._x[0]) / (self._x[1] - self._x[0])
        down = (self._y[1] - y) / (self._y[1] - self._y[0])
        return round(right * (2 * self.columns - 1)), round(down * (4 * self.rows - 1))

    def find_cell(self, x: float, y: float) -> tuple[int, int]:
        """Return the column and the row of the cell at a point."""
        column, row = self._find_dot(x, y)
        return min(max(column // 2, 0), self.columns - 1), min(max(row // 4, 0), self.rows - 1)

    def put(self, point: Point, character: str, color: str) -> None:
        """Replace the dots of the cell at a point by a character, if the point is inside."""
        if self._clip(point, point) is None:
            return
        column, row = self.find_cell(*point)
        self._cells[row][column] = (character, color)

    def draw_segment(self, start: Point, end: Point, color: str, *, dashed: bool) -> None:
        """Draw the part of a line that is inside. A dashed line has two dots of every four."""
        inside = self._clip(start, end)
        if inside is None:
            return
        (x, y), (x_end, y_end) = self._find_dot(*inside[0]), self._find_dot(*inside[1])
        length = max(abs(x_end - x), abs(y_end - y), 1)
        for step in range(length + 1):
            column = round(x + (x_end - x) * step / length)
            row = round(y + (y_end - y) * step / length)
            if dashed and (column if abs(x_end - x) >= abs(y_end - y) else row) % 4 >= 2:
                continue
            self._set_dot(column, row, color)

    def shade(self, lower: Sequence[Point], upper: Sequence[Point], color: str) -> None:
        """Draw every fourth dot of the room between two lines, so that it is lighter than a line.

        Args:
            lower: points of the lower line, by ascending x.
            upper: points of the upper line, at the same x.
            color: colour of the dots.
        """
        ends = zip(lower, lower[1:], upper, upper[1:], strict=False)
        for (x, low), (x_end, low_end), (_, high), (_, high_end) in ends:
            columns = max(1, abs(self._find_dot(x_end, low)[0] - self._find_dot(x, low)[0]))
            for step in range(columns + 1):
                share = step / columns
                at = x + (x_end - x) * share
                bottom, top = low + (low_end - low) * share, high + (high_end - high) * share
                if not self._x[0] <= at <= self._x[1]:
                    continue
                column, first = self._find_dot(at, min(top, self._y[1]))
                _, last = self._find_dot(at, max(bottom, self._y[0]))
                for row in range(max(0, first), min(4 * self.rows - 1, last) + 1):
                    if column % 2 == 0 and row % 2 == column // 2 % 2:
                        self._set_dot(column, row, color)

    def _set_dot(self, column: int, row: int, color: str) -> None:
        character, _ = self._cells[row // 4][column // 2]
        dots = ord(character) - 0x2800 if character != " " else 0
        dots |= self.DOTS[row % 4][column % 2]
        self._cells[row // 4][column // 2] = (chr(0x2800 + dots), color)

    def _clip(self, start: Point, end: Point) -> tuple[Point, Point] | None:
        """Return the part of a line that is inside, or None (Liang and Barsky 1984)."""
        first, last = 0.0, 1.0
        for axis, (low, high) in enumerate((self._x, self._y)):
            from_, step = start[axis], end[axis] - start[axis]
            if step == 0:
                if not low <= from_ <= high:
                    return None
                continue
            enter, leave = sorted(((low - from_) / step, (high - from_) / step))
            first, last = max(first, enter), min(last, leave)
        if first > last:
            return None
        (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
        return (x + first * dx, y + first * dy), (x + last * dx, y + last * dy)

    def render_row(self, row: int, start: Text) -> Text:
        """Return `start`, followed by the cells of a row."""
        for color, cells in groupby(self._cells[row], itemgetter(1)):
            start.append("".join(character for character, _ in cells), color)
        start.rstrip()
        return start
