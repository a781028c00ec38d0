"""A picture of the weights of a stack of layers: matrices as rectangles, drawn to scale."""

from __future__ import annotations

from collections.abc import Sequence

from charlm.drawing.figures import Axes, Rectangle
from charlm.drawing.panels import COLORS
from charlm.drawing.picture import DPI, Picture

LEAST = 0.05
"""Least side of a rectangle, as a share of the longest side of all."""
MOST_ROWS = 12
"""Most rows of matrices that are drawn."""
CELL = 1.35
"""Width and height of the room of a matrix, in inches."""

Weights = Sequence[tuple[str, tuple[int, ...]]]
"""Names and shapes of the weights of one layer in one direction."""


def draw_weights(rows: Sequence[tuple[str, Weights]], title: str) -> Picture:
    """Return a picture: a row for each layer and direction, a rectangle for each weight.

    Args:
        rows: the label of each row, and its weights.
        title: title above them.
    """
    drawn = rows[:MOST_ROWS]
    longest = max(max(shape) for _, weights in drawn for _, shape in weights)
    height = 0.6 + CELL * len(drawn)
    figure = Picture(figsize=(CELL * 4.8, height), dpi=DPI)
    axes = figure.add_axes((0.0, 0.1 / height, 1.0, (CELL * len(drawn)) / height))
    axes.set_xlim(-0.8, 4.0)
    axes.set_ylim(len(drawn), 0.0)
    axes.axis("off")
    for y, (label, weights) in enumerate(drawn):
        axes.text(-0.65, y + 0.45, label, fontsize=10, va="center")
        for x, (name, shape) in enumerate(weights):
            _draw_weight(axes, name, shape, (x + 0.45, y + 0.45), longest)
    if len(drawn) < len(rows):
        title += f" (the first {len(drawn)} rows of {len(rows)})"
    figure.suptitle(title, fontsize=11, y=1 - 0.25 / height)
    return figure


def _draw_weight(
    axes: Axes, name: str, shape: tuple[int, ...], center: tuple[float, float], longest: int
) -> None:
    """Draw one weight; its sides are shares of the longest side of all."""
    rows, columns = shape[0], shape[1] if len(shape) > 1 else 1
    width, height = (0.62 * max(LEAST, side / longest) for side in (columns, rows))
    color = COLORS[0] if len(shape) > 1 else COLORS[1]
    corner = (center[0] - width / 2, center[1] - height / 2)
    axes.add_patch(Rectangle(corner, width, height, facecolor=color, alpha=0.35, edgecolor=color))
    size = " × ".join(f"{side:,}" for side in shape)
    axes.text(center[0], center[1] + 0.44, f"{name}  {size}", fontsize=8, ha="center")
