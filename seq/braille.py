"""Plots in a terminal: a canvas of Braille dots, and round numbers for its axes."""

from __future__ import annotations

import math
from itertools import groupby
from operator import itemgetter

from rich.text import Text


def ticks(low: float, high: float, most: int) -> dict[float, str]:
    """Return round numbers from `low` to `high`, `most` + 1 of them at most, and their labels."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.9999)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, final = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return {index * step: f"{index * step + 0.0:.{decimals}f}" for index in range(first, final + 1)}


class Canvas:
    """Cells of 2 x 4 Braille dots each; a cell has the colour of what was drawn there last."""

    # The bit of each dot in U+2800, by its row and column.
    DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

    def __init__(
        self, columns: int, rows: int, x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        self.columns, self.rows = columns, rows
        self._x, self._y = x, y
        self._cells = [[(" ", "")] * columns for _ in range(rows)]

    def _dot(self, x: float, y: float) -> tuple[int, int]:
        """Return the column and the row of the dot at a point, from the left and from the top."""
        right = (x - self._x[0]) / (self._x[1] - self._x[0])
        down = (self._y[1] - y) / (self._y[1] - self._y[0])
        return round(right * (2 * self.columns - 1)), round(down * (4 * self.rows - 1))

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Return the column and the row of the cell at a point."""
        column, row = self._dot(x, y)
        return min(max(column // 2, 0), self.columns - 1), min(max(row // 4, 0), self.rows - 1)

    def put(self, point: tuple[float, float], character: str, color: str) -> None:
        """Put a character in the place of the dots of a cell."""
        column, row = self.cell(*point)
        self._cells[row][column] = (character, color)

    def segment(
        self, start: tuple[float, float], end: tuple[float, float], color: str, *, dashed: bool
    ) -> None:
        """Draw a line from point to point; of a dashed one two dots in four."""
        (x, y), (x_end, y_end) = self._dot(*start), self._dot(*end)
        length = max(abs(x_end - x), abs(y_end - y), 1)
        for step in range(length + 1):
            column = round(x + (x_end - x) * step / length)
            row = round(y + (y_end - y) * step / length)
            if dashed and (column if abs(x_end - x) >= abs(y_end - y) else row) % 4 >= 2:
                continue
            character, _ = self._cells[row // 4][column // 2]
            dots = ord(character) - 0x2800 if character != " " else 0
            dots |= self.DOTS[row % 4][column % 2]
            self._cells[row // 4][column // 2] = (chr(0x2800 + dots), color)

    def line(self, row: int, start: Text) -> Text:
        """Return `start` and the cells of a row after it."""
        for color, cells in groupby(self._cells[row], itemgetter(1)):
            start.append("".join(character for character, _ in cells), color)
        start.rstrip()
        return start
