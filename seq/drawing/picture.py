"""Curves of training and weights of attention as a PNG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len

from corpora.atomic import write_atomic
from seq.drawing.panels import LONGEST_NAME, Panel, pick_look, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
DPI = 150


def save_panels(
    panels: Sequence[Panel], names: Sequence[str], path: Path, *, title: str = ""
) -> None:
    """Draw panels side by side as a PNG: one of 900 x 720 pixels, or two of 1650 x 720.

    The legend stands below the panels. Names are cut at 60 characters.

    Raises:
        UserError: it cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    width = 5.5 * len(panels) + 0.5 * (len(panels) == 1)
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08, wspace=0.04)
    figure = Figure(figsize=(width, 4.8), dpi=DPI, layout=layout)
    canvas = FigureCanvasAgg(figure)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _fill(axes, panel)
    names = [shorten(name, LONGEST_NAME) for name in names]
    solid = [
        figure.axes[0].plot([], color=color, marker=MARKERS[marker])[0]
        for color, marker in map(pick_look, range(len(names)))
    ]
    # 8-point letters are at most about 5.5 points wide; the sample of the line takes 40.
    column = 40 + 5.5 * max((cell_len(name) for name in names), default=0)
    columns = max(1, min(len(names), int(width * 72 / column)))
    legend = figure.legend(
        solid, map(str, range(len(names))), loc="outside lower center", ncols=columns, fontsize=8,
        frameon=False,
    )  # fmt: skip
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)  # a name may hold $, or begin with the _ that hides a label
        text.set_text(name)
    if title:
        figure.suptitle(shorten(title, 2 * LONGEST_NAME), fontsize=11, parse_math=False)
    _write(canvas, path)


Map = tuple[npt.NDArray[np.floating], Sequence[str], Sequence[str]]
"""Weights (T, S) from 0 to 1, the S words that they are of, and the T actions that they belong to.
"""


CELL_WIDTH, CELL_HEIGHT = 0.42, 0.22
LEFT, TOP, RIGHT, GAP = 1.15, 0.8, 1.0, 0.25
"""Inches: of a cell of a map, of the room for actions and for words, of the scale, between maps."""


def save_heat_maps(maps: Sequence[Map], path: Path) -> None:
    """Draw weights of attention side by side as a PNG: a line for each action.

    Raises:
        UserError: it cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    widths = [LEFT + CELL_WIDTH * len(words) + GAP for _, words, _ in maps]
    tallest = max(6, *(len(actions) for _, _, actions in maps))
    width, height = sum(widths) + RIGHT, TOP + CELL_HEIGHT * tallest + GAP
    figure = Figure(figsize=(width, height), dpi=DPI)
    canvas = FigureCanvasAgg(figure)

    def axes_at(left: float, wide: float, high: float) -> Axes:
        """Return axes of this size in inches, whose top is where the words end."""
        bottom = height - TOP - high
        return figure.add_axes((left / width, bottom / height, wide / width, high / height))

    left = 0.0
    for (weights, words, actions), own in zip(maps, widths, strict=True):
        size = CELL_WIDTH * len(words), CELL_HEIGHT * len(actions)
        axes = axes_at(left + LEFT, *size)
        image = axes.imshow(weights, vmin=0, vmax=1, cmap="viridis", aspect="auto")
        axes.set_xticks(range(len(words)), words, rotation=50, ha="left", fontsize=9)
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(actions)), actions, fontsize=8)
        axes.tick_params(length=0)
        left += own
    scale = axes_at(left + 0.1, 0.12, CELL_HEIGHT * 6)
    figure.colorbar(image, cax=scale).set_label("weight of the word", fontsize=8)
    scale.tick_params(labelsize=8)
    _write(canvas, path)


def _write(canvas: FigureCanvasAgg, path: Path) -> None:
    png = io.BytesIO()
    with warnings.catch_warnings():
        # Letters that the font lacks are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph")
        canvas.print_png(png)  # type: ignore[no-untyped-call]
    write_atomic(path, png.getvalue())


def _fill(axes: Axes, panel: Panel) -> None:
    for line in panel.lines:
        color, marker = pick_look(line.series)
        x, y = [point[0] for point in line.points], [point[1] for point in line.points]
        if line.dashed:
            axes.plot(x, y, color=color, linestyle="--", linewidth=1.1, alpha=0.75)
            if len(x) == 1:  # there is no line to be seen
                axes.plot(x, y, color=color, marker="o", markersize=4, markerfacecolor="none")
        else:
            axes.plot(x, y, color=color, marker=MARKERS[marker], markersize=4, linewidth=1.6)
    axes.set_title(panel.title, fontsize=10)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    low, high = panel.ranges()[0]
    axes.set_xlim(low, high + 0.03 * (high - low))
    if panel.y_range is not None:
        axes.set_ylim(*panel.y_range)
    axes.grid(visible=True, color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
