"""A table of scores as a figure: each number on a colour that says how far it is above chance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from charlm.console.program import printable
from charlm.drawing.picture import DPI, Picture

CELL_WIDTH, CELL_HEIGHT = 0.72, 0.42
LETTER = 0.085
"""Inches of a cell, and of a letter of a row's name."""
GAP, TOP, BOTTOM, RIGHT = 0.25, 1.05, 0.2, 0.3
"""Inches between the two groups of columns, above the cells for titles, below and beside them."""
COLORS = "YlGnBu"
DARK = 0.6
"""Strength from which a ground is so dark that numbers on it are white."""


def draw_score_table(
    strengths: npt.NDArray[np.floating],
    texts: Sequence[Sequence[str]],
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    gap: int,
    title: str = "",
) -> Picture:
    """Return a table as a figure.

    Args:
        strengths: the strengths of the colours, (R, C), from 0 to 1.
        texts: what stands in the cells, R rows of C texts.
        columns: names of the C columns.
        rows: names of the R rows.
        gap: the column before which a gap stands.
        title: title above the table.
    """
    left = 0.3 + LETTER * max((len(name) for name in rows), default=0)
    wide = left + CELL_WIDTH * len(columns) + GAP + RIGHT
    wide = max(wide, 0.1 * len(title) + 0.4)
    high = TOP + CELL_HEIGHT * max(1, len(rows)) + BOTTOM
    figure = Picture(figsize=(wide, high), dpi=DPI)
    edges = (0, gap, len(columns))
    for part, (start, end) in enumerate(pairwise(edges)):
        if start == end or not rows:
            continue
        at = left + CELL_WIDTH * start + GAP * part
        size = CELL_WIDTH * (end - start) / wide, CELL_HEIGHT * len(rows) / high
        axes = figure.add_axes((at / wide, BOTTOM / high, *size))
        own = np.asarray(strengths)[:, start:end]
        axes.imshow(own, vmin=0, vmax=1, cmap=COLORS, aspect="auto")
        axes.set_xticks(range(end - start), columns[start:end], fontsize=8.5)
        axes.xaxis.tick_top()
        axes.set_yticks(
            range(len(rows)), [printable(name) for name in rows] if part == 0 else [""] * len(rows)
        )
        for label in axes.get_yticklabels():
            label.set(fontsize=9, parse_math=False)
        axes.tick_params(length=0)
        for row, column in np.ndindex(own.shape):
            ink = "#ffffff" if own[row, column] > DARK else "#202020"
            axes.text(
                column, row, texts[row][start + column], color=ink, fontsize=8.5, ha="center",
                va="center", linespacing=1.05,
            )  # fmt: skip
        for side in axes.spines.values():
            side.set_visible(False)
        axes.set_xticks(np.arange(0.5, end - start - 1), minor=True)
        axes.set_yticks(np.arange(0.5, len(rows) - 1), minor=True)
        axes.grid(which="minor", color="#ffffff", linewidth=1.5)
        axes.tick_params(which="minor", length=0)
    figure.suptitle(printable(title), fontsize=11, y=1 - 0.25 / high, parse_math=False)
    return figure
