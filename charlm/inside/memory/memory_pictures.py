"""Panels of the pictures of how a model remembers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.drawing.figures import Axes, ConstrainedLayoutEngine
from charlm.drawing.panels import Panel, pick_look, shorten
from charlm.drawing.picture import DPI, MARKERS, Picture, draw_on_axes

MOST_LAYERS = 8
"""Layers that a picture tells apart, from the bottom."""


def make_figure(title: str, rows: int, columns: int) -> tuple[Picture, list[Axes]]:
    """Return a figure with panels, row by row; what is not drawn on stays empty."""
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12, wspace=0.04, hspace=0.04)
    figure = Picture(figsize=(5.6 * columns, 4.2 * rows), dpi=DPI, layout=layout)
    figure.suptitle(shorten(title, 80), fontsize=12, parse_math=False)
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in panels:
        axes.axis("off")
    return figure, panels


def draw_lines(axes: Axes, panel: Panel, names: Sequence[str]) -> None:
    """Draw a panel of lines with a legend."""
    axes.axis("on")
    draw_on_axes(axes, panel)
    if panel.x_ticks is not None and len("".join(panel.x_ticks.values())) > 36:
        axes.tick_params(axis="x", labelsize=8)
    _add_legend(axes, names)


def _add_legend(axes: Axes, names: Sequence[str]) -> None:
    handles = [
        axes.plot([], [], color=color, marker=MARKERS[marker], linestyle="")[0]
        for color, marker in map(pick_look, range(len(names)))
    ]
    legend = axes.legend(handles, ["x"] * len(names), frameon=False, fontsize=8)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)
        text.set_text(shorten(name, 40))


def _name_layers(layers: int) -> list[str]:
    return [f"layer {layer + 1}" for layer in range(min(layers, MOST_LAYERS))]


def draw_lengths(axes: Axes, counts: npt.NDArray[np.int64], edges: Sequence[int]) -> None:
    """Draw bars: how many units of each layer have a memory of each length.

    Args:
        axes: where to draw.
        counts: the units (L, B) of each layer in each bin.
        edges: the least lengths of the B bins, in characters.
    """
    axes.axis("on")
    names = _name_layers(len(counts))
    width = 0.8 / len(names)
    for layer in range(len(names)):
        places = np.arange(len(edges)) + (layer - (len(names) - 1) / 2) * width
        axes.bar(places, counts[layer], width, color=pick_look(layer)[0])
    axes.set_yscale("symlog", linthresh=1, linscale=0.4)
    top = int(counts.max())
    marks = range(top + 1) if top < 10 else [m for m in (0, 1, 10, 100, 1000, 10_000) if m <= top]
    axes.set_yticks(marks, [f"{mark:,}" for mark in marks])
    axes.set_xticks(np.arange(len(edges)) - 0.5, [*map(str, edges)])
    axes.set_title("memory length of the units, 1 / (1 - f)", fontsize=10)
    axes.set_xlabel("characters")
    axes.set_ylabel("units")
    _finish(axes)
    _add_legend(axes, names)


def draw_saturation(axes: Axes, left: Floats, right: Floats, gate: str) -> None:
    """Draw a mark a unit: how often its gate is below 0.1, over how often it is above 0.9.

    Args:
        axes: where to draw.
        left: the share of the time (L, H) below 0.1.
        right: the share of the time (L, H) above 0.9.
        gate: name of the gate.
    """
    axes.axis("on")
    names = _name_layers(len(left))
    for layer in range(len(names)):
        color, marker = pick_look(layer)
        axes.plot(
            right[layer], left[layer], MARKERS[marker], color=color,
            markersize=5, alpha=0.6, markeredgewidth=0,
        )  # fmt: skip
    axes.plot([0, 1], [1, 0], color="0.75", linewidth=1, zorder=0)  # no unit lies beyond it
    axes.set_title(f"saturation of the {gate} gates, a mark for each unit", fontsize=10)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.set_xlabel("share of the time above 0.9")
    axes.set_ylabel("share of the time below 0.1")
    _finish(axes)
    _add_legend(axes, names)


def _finish(axes: Axes) -> None:
    axes.grid(visible=True, axis="y", color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
