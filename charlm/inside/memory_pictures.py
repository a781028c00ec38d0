"""Pictures of how a model remembers: its curve, its influences, and its gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine

from charlm.drawing.panels import pick_look, shorten
from charlm.drawing.picture import DPI, MARKERS, Picture, draw_on_axes
from charlm.inside.context_curves import make_panel
from charlm.inside.gate_statistics import EDGES, KEEPERS, GateStatistics
from charlm.inside.influence import MEASURES

if TYPE_CHECKING:
    from charlm.inside.memory import Memory

MOST_LAYERS = 8
"""Layers that a picture tells apart, from the bottom."""


def draw_memory(memory: Memory) -> Picture:
    """Return four panels: loss by context, influence by distance, memory lengths, saturation."""
    figure = _make_figure(shorten(f"How far back {memory.curves[0].model} remembers", 80), 2, 2)
    panels = iter(figure.subplots(2, 2).flat)
    axes = next(panels)
    draw_on_axes(axes, make_panel(memory.curves))
    _add_legend(axes, [curve.model for curve in memory.curves])
    axes = next(panels)
    draw_on_axes(axes, memory.profile.panel())
    axes.tick_params(axis="x", labelsize=8)
    _add_legend(axes, MEASURES)
    if memory.gates.means:
        _draw_lengths(next(panels), memory.gates)
        _draw_saturation(next(panels), memory.gates, KEEPERS[memory.gates.cell])
    for axes in panels:
        axes.axis("off")
    return figure


def draw_gates(gates: GateStatistics) -> Picture:
    """Return a panel with the memory lengths, and one for the saturation of each gate."""
    count = 1 + len(gates.means)
    title = f"Gates of {gates.model}, {gates.characters:,} characters"
    figure = _make_figure(shorten(title, 80), -(-count // 2), 2 if gates.means else 1)
    panels = figure.subplots(-(-count // 2), 2 if gates.means else 1, squeeze=False).flat
    for axes in panels:
        axes.axis("off")
    if not gates.means:
        panels[0].text(0.5, 0.5, f"{gates.cell} cells have no gates", ha="center")
        return figure
    _draw_lengths(panels[0], gates)
    for axes, gate in zip(panels[1:], gates.means, strict=False):
        _draw_saturation(axes, gates, gate)
    return figure


def _make_figure(title: str, rows: int, columns: int) -> Picture:
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12, wspace=0.04, hspace=0.04)
    figure = Picture(figsize=(5.6 * columns, 4.2 * rows), dpi=DPI, layout=layout)
    figure.suptitle(title, fontsize=12, parse_math=False)
    return figure


def _add_legend(axes: Axes, names: Sequence[str]) -> None:
    handles = [
        axes.plot([], [], color=color, marker=MARKERS[marker], linestyle="")[0]
        for color, marker in map(pick_look, range(len(names)))
    ]
    legend = axes.legend(handles, ["x"] * len(names), frameon=False, fontsize=8)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)
        text.set_text(shorten(name, 40))


def _name_layers(gates: GateStatistics) -> list[str]:
    layers = len(next(iter(gates.means.values())))
    return [f"layer {layer + 1}" for layer in range(min(layers, MOST_LAYERS))]


def _draw_lengths(axes: Axes, gates: GateStatistics) -> None:
    """Draw bars: how many units of each layer have a memory of each length."""
    counts = gates.count_lengths()
    assert counts is not None
    axes.axis("on")
    names = _name_layers(gates)
    width = 0.8 / len(names)
    for layer in range(len(names)):
        places = np.arange(len(EDGES)) + (layer - (len(names) - 1) / 2) * width
        axes.bar(places, counts[layer], width, color=pick_look(layer)[0])
    axes.set_yscale("symlog", linthresh=1, linscale=0.4)
    top = int(counts.max())
    marks = [mark for mark in (0, 1, 10, 100, 1000, 10_000) if mark <= top]
    axes.set_yticks(marks, [f"{mark:,}" for mark in marks])
    axes.set_xticks(np.arange(len(EDGES)) - 0.5, [*map(str, EDGES)])
    axes.set_title("memory length of the units, 1 / (1 - f)", fontsize=10)
    axes.set_xlabel("characters")
    axes.set_ylabel("units")
    _finish(axes)
    _add_legend(axes, names)


def _draw_saturation(axes: Axes, gates: GateStatistics, gate: str) -> None:
    """Draw a mark a unit: how often its gate is below 0.1, over how often it is above 0.9."""
    axes.axis("on")
    names = _name_layers(gates)
    for layer in range(len(names)):
        color, marker = pick_look(layer)
        axes.plot(
            gates.right[gate][layer], gates.left[gate][layer], MARKERS[marker], color=color,
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
