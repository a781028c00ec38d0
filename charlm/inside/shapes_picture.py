"""A picture of the weights of a stack of layers: matrices as rectangles, drawn to scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from charlm.drawing.panels import COLORS
from charlm.drawing.picture import DPI, Picture

if TYPE_CHECKING:
    from charlm.inside.shapes import Shapes, TensorShape

LEAST = 0.05
"""Least side of a rectangle, as a share of the longest side of all."""
MOST_ROWS = 12
"""Most rows of matrices, one for each layer and direction, that are drawn."""
CELL = 1.35
"""Width and height of the room of a matrix, in inches."""


def draw_shapes(shapes: Shapes) -> Picture:
    """Return a picture: a row for each layer and direction, a rectangle for each weight."""
    weights = [tensor for tensor in shapes.tensors if tensor.parameter]
    rows = [weights[start : start + 4] for start in range(0, len(weights), 4)][:MOST_ROWS]
    longest = max(max(tensor.shape) for row in rows for tensor in row)
    height = 0.6 + CELL * len(rows)
    figure = Picture(figsize=(CELL * 4.8, height), dpi=DPI)
    axes = figure.add_axes((0.0, 0.1 / height, 1.0, (CELL * len(rows)) / height))
    axes.set_xlim(-0.8, 4.0)
    axes.set_ylim(len(rows), 0.0)
    axes.axis("off")
    for y, row in enumerate(rows):
        label = f"layer {(row[0].layer or 0) + 1}"
        if shapes.sizes.bidirectional:
            label += "\nbackward" if row[0].backward else "\nforward"
        axes.text(-0.65, y + 0.45, label, fontsize=10, va="center")
        for x, tensor in enumerate(row):
            _draw_tensor(axes, tensor, (x + 0.45, y + 0.45), longest)
    sizes = shapes.sizes
    title = f"{sizes.cell.upper()}: {shapes.parameters:,} parameters"
    if sizes.num_layers * sizes.directions > MOST_ROWS:
        title += f" (the first {MOST_ROWS} rows of {sizes.num_layers * sizes.directions})"
    figure.suptitle(title, fontsize=11, y=1 - 0.25 / height)
    return figure


def _draw_tensor(
    axes: object, tensor: TensorShape, center: tuple[float, float], longest: int
) -> None:
    """Draw one weight; its sides are shares of the longest side of all."""
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    rows, columns = tensor.shape[0], tensor.shape[1] if len(tensor.shape) > 1 else 1
    width, height = (0.62 * max(LEAST, side / longest) for side in (columns, rows))
    color = COLORS[0] if len(tensor.shape) > 1 else COLORS[1]
    corner = (center[0] - width / 2, center[1] - height / 2)
    axes.add_patch(Rectangle(corner, width, height, facecolor=color, alpha=0.35, edgecolor=color))
    size = " × ".join(f"{side:,}" for side in tensor.shape)
    axes.text(center[0], center[1] + 0.44, f"{tensor.name}  {size}", fontsize=8, ha="center")
