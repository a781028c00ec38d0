"""Tables of numbers from -1 to 1 whose cells are coloured by them: in a terminal and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rich.cells import cell_len
from rich.text import Text

from charlm.arrays import Reals
from charlm.console.program import printable
from charlm.drawing.colored_text import ON_LIGHT, Scale, find_level, pick_style

LEAST_WIDTH = 4
"""Columns of a cell: a sign and three digits."""


def draw_signed_cells(
    values: Reals, columns: Sequence[str], rows: Sequence[str], scale: Scale
) -> list[Text]:
    """Return a line for the names of the columns, and one for each row, numbers in hundredths.

    All lines are equally wide.

    Args:
        values: numbers from -1 to 1, (T, K).
        columns: names of the K columns.
        rows: names of the T rows.
        scale: styles of positive and of negative numbers.
    """
    columns, rows = [*map(printable, columns)], [*map(printable, rows)]
    margin = max(map(cell_len, rows), default=0)
    widths = [max(LEAST_WIDTH, cell_len(name)) for name in columns]
    head = Text(" " * margin)
    for name, width in zip(columns, widths, strict=True):
        head.append(" " + " " * (width - cell_len(name)) + name, "bold")
    lines = [head]
    for name, row in zip(rows, values.tolist(), strict=True):
        line = Text(name + " " * (margin - cell_len(name)))
        for value, width in zip(row, widths, strict=True):
            number = f"{100 * value:+.0f}".rjust(width)
            line.append(" ").append(number, pick_style(find_level(value), scale))
        lines.append(line)
    return lines


def table_signed_html(
    values: Reals, columns: Sequence[str], rows: Sequence[str], caption: str = ""
) -> str:
    """Return the same table as HTML, with the numbers to two decimals.

    Args:
        values: numbers from -1 to 1, (T, K).
        columns: names of the K columns.
        rows: names of the T rows.
        caption: title of the table.
    """
    head = "".join(f"<th>{escape(printable(name))}</th>" for name in ("", *columns))
    body = []
    for name, row in zip(rows, values.tolist(), strict=True):
        cells = []
        for value in row:
            ink, _, ground = pick_style(find_level(value), ON_LIGHT).partition(" on ")
            style = f' style="color:{ink};background:{ground}"' if ground else ""
            cells.append(f"<td{style}>{value:.2f}</td>")
        body.append(f"<tr><th>{escape(printable(name))}</th>{''.join(cells)}</tr>")
    title = f"<caption>{escape(printable(caption))}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
