"""Panels of lines and heat maps as pictures of matplotlib, and as PNG files."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len

from charlm.drawing.figures import Axes, ConstrainedLayoutEngine, Figure, FigureCanvasAgg
from charlm.drawing.panels import LONGEST_NAME, Panel, Range, pick_look, shorten
from corpora.atomic import write_atomic

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
DPI = 150
MOST_PIXELS, LONGEST_SIDE = 50_000_000, 60_000
"""Pixels of a picture, which take 4 bytes each, and of its longer side (matplotlib: 65,535)."""


class Picture(Figure):
    """A figure that notebooks show by themselves, and that keeps no state outside of itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        FigureCanvasAgg(self)

    def to_png(self) -> bytes:
        """Return the picture as a PNG, coarser than its `dpi` if it would be too large."""
        width, height = self.get_size_inches()
        most = min((MOST_PIXELS / (width * height)) ** 0.5, LONGEST_SIDE / max(width, height))
        png = io.BytesIO()
        with warnings.catch_warnings():
            # matplotlib warns of letters that its font lacks, and draws boxes.
            warnings.filterwarnings("ignore", message="Glyph")
            self.savefig(png, format="png", dpi=min(self.dpi, most))
        return png.getvalue()

    def _repr_png_(self) -> bytes:
        return self.to_png()


def save_picture(figure: Picture, path: Path) -> None:
    """Write a picture as a PNG.

    Raises:
        UserError: the file cannot be written.
    """
    write_atomic(path, figure.to_png())


def draw_panels(panels: Sequence[Panel], names: Sequence[str], *, title: str = "") -> Picture:
    """Return panels side by side, with the legend below them.

    One panel makes 900 x 720 pixels, two panels make 1650 x 720.

    Args:
        panels: at least one panel.
        names: names of the series, for the legend. They are cut at 60 columns.
        title: title above the panels.
    """
    width = 5.5 * len(panels) + 0.5 * (len(panels) == 1)
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08, wspace=0.04)
    figure = Picture(figsize=(width, 4.8), dpi=DPI, layout=layout)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        draw_on_axes(axes, panel)
    names = [shorten(name, LONGEST_NAME) for name in names]
    solid = [
        figure.axes[0].plot([], color=color, marker=MARKERS[marker])[0]
        for color, marker in map(pick_look, range(len(names)))
    ]
    # Letters of 8 points are at most about 5.5 points wide. The sample of a line takes 40 points.
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
    return figure


Map = tuple[npt.NDArray[np.floating], Sequence[str], Sequence[str]]
"""Weights (T, S), labels of the S columns, and labels of the T rows."""

CELL_WIDTH, CELL_HEIGHT = 0.42, 0.22
LEFT, TOP, RIGHT, GAP = 1.15, 0.8, 1.0, 0.25
"""Inches: size of a cell; room for row labels, column labels and the scale; gap between maps."""


def draw_heat_maps(
    maps: Sequence[Map],
    *,
    label: str = "weight",
    scale: Range = (0.0, 1.0),
    colors: str = "viridis",
) -> Picture:
    """Return heat maps side by side.

    Args:
        maps: at least one map.
        label: label of the scale.
        scale: the least and the greatest weight of the scale.
        colors: the colours of the scale, by matplotlib's name.
    """
    widths = [LEFT + CELL_WIDTH * len(columns) + GAP for _, columns, _ in maps]
    tallest = max(6, *(len(rows) for _, _, rows in maps))
    width, height = sum(widths) + RIGHT, TOP + CELL_HEIGHT * tallest + GAP
    figure = Picture(figsize=(width, height), dpi=DPI)

    def add_axes(left: float, wide: float, high: float) -> Axes:
        """Return axes of this size, in inches, below the room for column labels."""
        bottom = height - TOP - high
        return figure.add_axes((left / width, bottom / height, wide / width, high / height))

    left = 0.0
    for (weights, columns, rows), own in zip(maps, widths, strict=True):
        size = CELL_WIDTH * len(columns), CELL_HEIGHT * len(rows)
        axes = add_axes(left + LEFT, *size)
        image = axes.imshow(weights, vmin=scale[0], vmax=scale[1], cmap=colors, aspect="auto")
        axes.set_xticks(range(len(columns)), columns, rotation=50, ha="left", fontsize=9)
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(rows)), rows, fontsize=8)
        axes.tick_params(length=0)
        left += own
    bar = add_axes(left + 0.1, 0.12, CELL_HEIGHT * 6)
    figure.colorbar(image, cax=bar).set_label(label, fontsize=8)
    bar.tick_params(labelsize=8)
    return figure


def draw_on_axes(axes: Axes, panel: Panel) -> None:
    """Draw a panel, without a legend, on axes of matplotlib."""
    for band in panel.bands:
        at = [x for x, _ in band.lower]
        low, high = ([y for _, y in line] for line in (band.lower, band.upper))
        color = pick_look(band.series)[0]
        axes.fill_between(at, low, high, color=color, alpha=0.2, linewidth=0)
    for line in panel.lines:
        color, marker = pick_look(line.series)
        x, y = [point[0] for point in line.points], [point[1] for point in line.points]
        if line.dashed:
            axes.plot(x, y, color=color, linestyle="--", linewidth=1.1, alpha=0.75)
            if len(x) == 1:  # one point makes no line
                axes.plot(x, y, color=color, marker="o", markersize=4, markerfacecolor="none")
        else:
            mark = MARKERS[marker] if line.marked else ""
            axes.plot(x, y, color=color, marker=mark, markersize=4, linewidth=1.6)
    axes.set_title(panel.title, fontsize=10)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    left, right = panel.ranges()[0]
    axes.set_xlim(left, right + 0.03 * (right - left))
    if panel.y_range is not None:
        axes.set_ylim(*panel.y_range)
    if panel.x_ticks is not None:
        axes.set_xticks([*panel.x_ticks], [*panel.x_ticks.values()])
    if panel.y_ticks is not None:
        axes.set_yticks([*panel.y_ticks], [*panel.y_ticks.values()])
    axes.grid(visible=True, color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
