"""Heat maps of weights in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from charlm.arrays import Reals
from charlm.console.program import printable

# Colours of weights from 0 to 1: viridis from its dark end, near black, to yellow. A larger weight
# is lighter, so the order can also be seen without colours.
SCALE = (
    "#2a1b3d", "#3b2a63", "#3f4788", "#33628d", "#287c8e", "#1f968b", "#29af7f", "#56c667",
    "#94d840", "#dce318",
)  # fmt: skip
SHADES = " ░▒▓█"
"""Characters that fill a cell where there are no colours, for weights from 0 to 1."""


def draw_heat_map(
    weights: Reals,
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    color: bool = True,
    numbers: bool = False,
) -> Text:
    """Return a heat map of `weights` as a text, one line for each row.

    Args:
        weights: weights from 0 to 1, (T, S).
        columns: labels of the S columns.
        rows: labels of the T rows.
        color: fill the cells with colours. Otherwise they are filled with shades, which can be
            seen in a file as well.
        numbers: write the weights into the cells, in hundredths.
    """
    columns, rows = [*map(printable, columns)], [*map(printable, rows)]
    margin = max(map(cell_len, rows), default=0) + 1
    widths = [max(4, cell_len(label)) for label in columns]
    head = Text(" " * margin)
    for label, width in zip(columns, widths, strict=True):
        head.append(f" {label}{' ' * (width - cell_len(label))}", "bold")
    lines = [head]
    for label, values in zip(rows, weights, strict=True):
        line = Text(label + " " * (margin - cell_len(label)))
        for weight, width in zip(values, widths, strict=True):
            line.append(" ").append(*_format_cell(float(weight), width, color, numbers))
        lines.append(line)
    return Text("\n", no_wrap=True).join(lines)


def _format_cell(weight: float, width: int, color: bool, numbers: bool) -> tuple[str, str]:
    """Return the text and the style of a cell of `width` columns."""
    number = f"{100 * weight:.0f}" if numbers and weight >= 0.005 else ""
    level = min(int(weight * len(SCALE)), len(SCALE) - 1)
    if color:
        ink = "#000000" if level > len(SCALE) // 2 else "#ffffff"
        return number.center(width), f"{ink} on {SCALE[level]}"
    if numbers:
        return (number or "·").center(width), "bold" if weight >= 0.5 else ""
    return SHADES[round(weight * (len(SHADES) - 1))] * width, ""
