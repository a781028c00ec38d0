"""The rows of a map as they are drawn: blocks in colours, and the cursor over them."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from charlm.arrays import Singles
from tui.inside.map_columns import Columns, draw_block, is_marked
from tui.inside.palette import Palette

MINUS = "\N{MINUS SIGN}"


class MapRows:
    """Rows by unit, kept until something else is shown: a cursor that moves changes none of them.

    Args:
        label: style of text.
        palette: colours of numbers.
    """

    def __init__(self, label: Style, palette: Palette) -> None:
        self._palette = palette
        self._styles = {
            color: label + Style(color=color.rich_color)
            for color in (*palette.positive, *palette.negative)
        }
        self._here = Style(bgcolor=palette.here.rich_color)
        self._drawn: dict[int, Strip] = {}

    def get(self, unit: int) -> Strip | None:
        """Return the row of a unit, if it was drawn."""
        return self._drawn.get(unit)

    def draw(self, unit: int, values: Singles, columns: Columns, width: int) -> Strip:
        """Draw the row of a unit.

        Args:
            unit: the unit.
            values: its values from -1 to 1, from the first column on.
            columns: the columns.
            width: cells of the row.
        """
        segments = []
        for place, _, own in columns.visible(width):
            value = float(values[place - columns.start])
            text = draw_block(value) * (own - 1) + (MINUS if is_marked(value) else " ")
            segments.append(Segment(text, self._styles[self._palette.pick(value)]))
        self._drawn[unit] = Strip(segments).simplify()
        return self._drawn[unit]

    def put_cursor(self, row: Strip, cells: tuple[int, int] | None, *, chosen: bool) -> list[Strip]:
        """Return the parts of a row with the cursor over it.

        Args:
            row: the row.
            cells: the cells of the cursor's column, from and to; None if it is not seen.
            chosen: whether it is the row of the cursor.
        """
        if chosen:
            row = row.apply_style(self._here)
        if cells is None:
            return [row]
        start, end = cells
        style = self._here + Style(reverse=True, bold=True) if chosen else self._here
        return [row.crop(0, start), row.crop(start, end).apply_style(style), row.crop(end)]
