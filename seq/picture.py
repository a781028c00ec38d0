"""Curves of training as a PNG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

from corpora.atomic import write_atomic
from seq.curves import EPOCHS, LONGEST_NAME, Curve, Panel, cut, last_epoch, look, panels_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
DPI = 150


def save_png(curves: Sequence[Curve], path: Path, *, title: str = "") -> None:
    """Draw one or more runs as a PNG of 1650 x 720 pixels; without an accuracy it is 900 wide.

    The legend stands below the panels. Names are cut at 60 characters.

    Raises:
        UserError: it cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    panels = panels_of(curves)
    width = 11.0 if len(panels) > 1 else 6.0
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08, wspace=0.04)
    figure = Figure(figsize=(width, 4.8), dpi=DPI, layout=layout)
    canvas = FigureCanvasAgg(figure)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _fill(axes, panel)
    names = [cut(curve.name, LONGEST_NAME) for curve in curves]
    solid = [
        figure.axes[0].plot([], color=color, marker=MARKERS[marker])[0]
        for color, marker in map(look, range(len(curves)))
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
        figure.suptitle(cut(title, 2 * LONGEST_NAME), fontsize=11, parse_math=False)
    png = io.BytesIO()
    with warnings.catch_warnings():
        # Letters that the font lacks are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph")
        canvas.print_png(png)  # type: ignore[no-untyped-call]
    write_atomic(path, png.getvalue())


def _fill(axes: Axes, panel: Panel) -> None:
    for line in panel.lines:
        color, marker = look(line.run)
        x, y = [point[0] for point in line.points], [point[1] for point in line.points]
        if line.dashed:
            axes.plot(x, y, color=color, linestyle="--", linewidth=1.1, alpha=0.75)
            if len(x) == 1:  # there is no line to be seen
                axes.plot(x, y, color=color, marker="o", markersize=4, markerfacecolor="none")
        else:
            axes.plot(x, y, color=color, marker=MARKERS[marker], markersize=4, linewidth=1.6)
    axes.set_title(panel.title, fontsize=10)
    axes.set_xlabel(EPOCHS)
    axes.set_ylabel(panel.label)
    axes.set_xlim(0, 1.03 * last_epoch(panel))
    axes.grid(visible=True, color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
