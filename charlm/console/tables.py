"""Tables in a terminal, in which names stay whole: they can be copied."""

from __future__ import annotations

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from charlm.console.program import printable

LEAST_FOLDED = 20
"""Least width of text that may be folded, in columns of the terminal."""
UNBOUNDED = 1 << 30
GAP = 2
"""Columns of the terminal between two cells."""

Cell = str | Text


def folded(text: str, style: str = "") -> Text:
    """Return a cell that may take several lines, for sentences and lists."""
    return Text(printable(text), style, overflow="fold")


def print_table(console: Console, table: Table) -> None:
    """Print a table without breaking its cells, except for those that `folded` made.

    A table that is wider than the terminal runs over its edge, and the terminal breaks the lines.

    Args:
        console: where to print it.
        table: a table without lines, whose cells are strings or texts.
    """
    rows = [[_as_cell(cell) for cell in row] for row in zip(*(c.cells for c in table.columns))]  # noqa: B905
    headings = [_as_cell(column.header) for column in table.columns]
    widths = [0] * len(headings)
    for row in [headings, *rows]:
        whole = (0 if cell.overflow == "fold" else _measure(console, cell) for cell in row)
        widths = [max(pair) for pair in zip(widths, whole, strict=True)]
    room = console.width - sum(widths) - GAP * (len(widths) - 1)
    shown = Table(box=None, pad_edge=False, show_header=table.show_header)
    for column, heading in zip(table.columns, headings, strict=True):
        shown.add_column(heading, justify=column.justify)
    for row in rows:
        fitted = (
            _fold(console, cell, max(LEAST_FOLDED, room + width))
            if cell.overflow == "fold"
            else cell
            for cell, width in zip(row, widths, strict=True)
        )
        shown.add_row(*fitted)
    whole_line = console.options.update(width=UNBOUNDED, max_width=UNBOUNDED)
    for line in console.render_lines(shown, whole_line, pad=False):
        text = Text.assemble(*((part.text, part.style or "") for part in line))
        text.rstrip()  # what fills up the last cell would wrap as well
        console.print(text, soft_wrap=True)


def _as_cell(cell: object) -> Text:
    return cell if isinstance(cell, Text) else Text(printable(str(cell)))


def _measure(console: Console, cell: Text) -> int:
    return Measurement.get(console, console.options.update(max_width=UNBOUNDED), cell).maximum


def _fold(console: Console, cell: Text, width: int) -> Text:
    return Text("\n").join(cell.wrap(console, width, overflow="fold"))
