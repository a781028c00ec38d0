"""Weights of attention as a heat map in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len
from rich.text import Text

from charlm.console.program import printable

# From the ground of the terminal to a full weight: viridis from its dark end, which is near black,
# to the yellow, so that more is lighter and the order is seen without colours, too.
SCALE = (
    "#2a1b3d", "#3b2a63", "#3f4788", "#33628d", "#287c8e", "#1f968b", "#29af7f", "#56c667",
    "#94d840", "#dce318",
)  # fmt: skip
SHADES = " ░▒▓█"
"""What a cell is filled with where there are no colours, for weights from 0 to 1."""

Weights = npt.NDArray[np.floating]


def heat_map(
    weights: Weights,
    words: Sequence[str],
    actions: Sequence[str],
    *,
    color: bool = True,
    numbers: bool = False,
) -> Text:
    """Draw `weights` (T, S): a line for each action, a column for each word.

    Args:
        weights: from 0 to 1.
        words: S of them, above the columns.
        actions: T of them, before the lines.
        color: fill the cells with colours; else with shades, so that a pipe shows them as well.
        numbers: write the weights into the cells, in hundredths.
    """
    words, actions = [*map(printable, words)], [*map(printable, actions)]
    margin = max(map(cell_len, actions), default=0) + 1
    widths = [max(4, cell_len(word)) for word in words]
    head = Text(" " * margin)
    for word, width in zip(words, widths, strict=True):
        head.append(f" {word}{' ' * (width - cell_len(word))}", "bold")
    lines = [head]
    for action, row in zip(actions, weights, strict=True):
        line = Text(action + " " * (margin - cell_len(action)))
        for weight, width in zip(row, widths, strict=True):
            line.append(" ").append(*_cell(float(weight), width, color, numbers))
        lines.append(line)
    return Text("\n", no_wrap=True).join(lines)


def _cell(weight: float, width: int, color: bool, numbers: bool) -> tuple[str, str]:
    """Return the text and the style of a cell."""
    number = f"{100 * weight:.0f}" if numbers and weight >= 0.005 else ""
    level = min(int(weight * len(SCALE)), len(SCALE) - 1)
    if color:
        ink = "#000000" if level > len(SCALE) // 2 else "#ffffff"
        return number.center(width), f"{ink} on {SCALE[level]}"
    if numbers:
        return (number or "·").center(width), "bold" if weight >= 0.5 else ""
    return SHADES[round(weight * (len(SHADES) - 1))] * width, ""
