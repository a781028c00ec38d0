"""Rows of numbers over a text, a row a unit: in a terminal and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from charlm.arrays import Reals
from charlm.console.program import printable
from charlm.drawing.colored_text import ON_DARK, TITLE_LETTER, Scale, find_level, pick_style

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

MARKS = "-·+"
"""The second cue beside the colour: the sign of a number, from a third of the largest on."""
SIGN_FROM = 1 / 3


def draw_rows(
    text: str, values: Reals, names: Sequence[str], width: int, scale: Scale = ON_DARK
) -> Text:
    """Return rows of coloured cells under the text; what does not fit goes into further blocks.

    Args:
        text: the text, T characters.
        values: numbers from -1 to 1, (K, T).
        names: names of the K rows.
        width: columns of the terminal.
        scale: styles of positive and of negative numbers.
    """
    margin = max((cell_len(name) for name in names), default=0) + 1
    room = max(8, width - margin)
    blocks = []
    for start in range(0, len(text), room):
        places = range(start, min(start + room, len(text)))
        head = Text(" " * margin)
        head.append("".join(_show(text[place]) for place in places), "bold")
        lines = [head]
        for name, row in zip(names, values, strict=True):
            line = Text(name.rjust(margin - 1) + " ")
            for place in places:
                value = float(row[place])
                sign = MARKS[1 + int(np.sign(value)) if abs(value) >= SIGN_FROM else 1]
                line.append(sign, pick_style(find_level(value), scale))
            lines.append(line)
        blocks.append(Text("\n", no_wrap=True).join(lines))
    return Text("\n\n", no_wrap=True).join(blocks)


def _show(character: str) -> str:
    """Return what stands for a character in one column."""
    if character == "\n":
        return "↵"
    shown = printable(character)
    return shown if cell_len(shown) == 1 else set_cell_size("?", 1)


LETTERS = 110
"""Characters of a text in a row of a figure."""
CELL_WIDTH, CELL_HEIGHT = 0.1, 0.18
LEFT, GAP, TOP = 0.7, 0.35, 0.6
"""Inches: a cell; room for names; between blocks; for the title."""
MOST_ROWS = 100
"""Most units of a figure."""
HIGHEST = 60.0
"""Inches of a figure, at most, unless a single block is higher."""


def draw_unit_rows(text: str, values: Reals, names: Sequence[str], *, title: str = "") -> Picture:
    """Return a figure with a row of colours for each unit, over the text.

    Of a long text it has the start, and of many units the first hundred, and says so.

    Args:
        text: the text, T characters.
        values: numbers from -1 to 1, (K, T).
        names: names of the K rows.
        title: title above it.
    """
    from charlm.drawing.picture import Picture

    if len(names) > MOST_ROWS:
        title += f" (the first {MOST_ROWS} of them)"
    names, values = names[:MOST_ROWS], values[:MOST_ROWS]
    rows = len(names)
    block = rows * CELL_HEIGHT + CELL_HEIGHT + GAP
    most = max(1, int(HIGHEST / block)) * LETTERS
    if len(text) > most:
        title += f" (the first {most:,} of {len(text):,} characters)"
    text, values = text[:most], values[:, :most]
    starts = range(0, max(1, len(text)), LETTERS)
    letters_wide = LEFT + min(LETTERS, max(20, len(text))) * CELL_WIDTH + 0.3
    wide = max(letters_wide, cell_len(title) * TITLE_LETTER + 0.4)
    high = TOP + len(starts) * block
    figure = Picture(figsize=(wide, high), dpi=150)
    for number, start in enumerate(starts):
        part = values[:, start : start + LETTERS]
        bottom = high - TOP - (number + 1) * block + GAP
        axes = figure.add_axes(
            (
                LEFT / wide,
                bottom / high,
                part.shape[1] * CELL_WIDTH / wide,
                rows * CELL_HEIGHT / high,
            )
        )
        axes.imshow(part, vmin=-1, vmax=1, cmap="RdBu_r", aspect="auto", interpolation="nearest")
        letters = [_show(character) for character in text[start : start + LETTERS]]
        axes.set_xticks(range(len(letters)), ["" if one == " " else one for one in letters])
        axes.xaxis.tick_top()
        axes.set_yticks(range(rows), names)
        axes.tick_params(length=0, labelsize=7, labelfontfamily="monospace", pad=1)
        for label in axes.get_xticklabels():
            label.set_parse_math(False)
        for side in axes.spines.values():
            side.set_visible(False)
    figure.suptitle(title, fontsize=10, y=1 - 0.2 / high, parse_math=False)
    return figure
