"""A sheet that charts are drawn on: curves of dots, words, and axes. No screen here."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from charlm.drawing.braille import Canvas, choose_ticks
from charlm.drawing.panels import Points, Range


class Sheet(Canvas):
    """A canvas on which words can be written where nothing is drawn."""

    def is_free(self, column: int, row: int, cells: int) -> bool:
        """Return whether a row has room for that many cells, and nothing in them."""
        inside = 0 <= row < self.rows and column >= 0 and column + cells <= self.columns
        return inside and all(
            character == " " for character, _ in self._cells[row][column : column + cells]
        )

    def write(self, column: int, row: int, text: str, color: str) -> None:
        """Write text of narrow characters over what is there."""
        for at, character in enumerate(text, start=column):
            if 0 <= row < self.rows and 0 <= at < self.columns:
                self._cells[row][at] = (character, color)

    def write_on(self, points: Points, letter: str, color: str) -> None:
        """Write a letter on a curve, near its start, where no other letter stands."""
        for point in points:
            column, row = self.find_cell(*point)
            if not self._cells[row][column][0].isalpha():
                self.write(column, row, letter, color)
                return

    def write_near(self, column: int, row: int, text: str, color: str, *, rows: int = 3) -> bool:
        """Write text to the right of a cell, or else to its left, in a free row near it."""
        for away in (at * sign for at in range(rows + 1) for sign in (1, -1)):
            for start in (column + 1, column - len(text)):
                if self.is_free(start, row + away, len(text)):
                    self.write(start, row + away, text, color)
                    return True
        return False


def draw_curve(sheet: Sheet, points: Points, color: str, *, dashed: bool) -> None:
    """Draw a curve; a single point is drawn as one."""
    for start, end in zip(points, points[1:] or points, strict=False):
        sheet.draw_segment(start, end, color, dashed=dashed)
    if len(points) == 1:
        sheet.put(points[0], "·" if dashed else "●", color)


def draw_upright(sheet: Sheet, x: float, low: float, character: str, color: str) -> None:
    """Draw an upright line through the cells that are free."""
    column, _ = sheet.find_cell(x, low)
    for row in range(sheet.rows):
        if sheet.is_free(column, row, 1):
            sheet.write(column, row, character, color)


def frame(
    sheet: Sheet,
    ticks: Mapping[float, str],
    margin: int,
    x_range: Range,
    unit: str,
    color: str,
    below: Mapping[float, str] | None = None,
) -> list[Text]:
    """Return the lines of a chart with its axes.

    Args:
        sheet: what is drawn inside.
        ticks: labels of the vertical axis by their place.
        margin: cells to the left of the inside.
        x_range: range of the horizontal axis.
        unit: what stands behind its numbers.
        color: colour of the axes.
        below: labels of the horizontal axis by their place; by default round numbers.
    """
    labels = {sheet.find_cell(x_range[0], y)[1]: label for y, label in ticks.items()}
    lines = []
    for row in range(sheet.rows):
        axis = f"{labels[row]:>{margin - 1}}┤" if row in labels else f"{'':{margin - 1}}│"
        lines.append(sheet.render_row(row, Text(axis, style=color, no_wrap=True)))
    axis_below, numbers = ["─"] * sheet.columns, [" "] * (margin + sheet.columns)
    if below is None:
        below = choose_ticks(*x_range, max(2, sheet.columns // 12))
    for x, label in below.items():
        column, _ = sheet.find_cell(x, 0.0)
        axis_below[column] = "┬"
        at = max(0, min(margin + column - len(label) // 2, len(numbers) - len(label)))
        numbers[at : at + len(label)] = label
    line = "".join(numbers)
    last = line.rstrip().rfind(" ")
    if line[max(0, last - len(unit)) : last].isspace():  # before the last number
        line = f"{line[: last - len(unit)]}{unit}{line[last:]}"
    lines.append(Text(f"{'':{margin - 1}}└{''.join(axis_below)}", style=color, no_wrap=True))
    lines.append(Text(line, style=color, no_wrap=True))
    return lines
