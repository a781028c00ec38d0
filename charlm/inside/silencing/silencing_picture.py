"""The picture of what a model loses when its parts are silenced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charlm.drawing.figures import Axes, ConstrainedLayoutEngine
from charlm.drawing.panels import COLORS, shorten
from charlm.drawing.picture import DPI, Picture
from charlm.inside.neighbours import write_symbol
from charlm.inside.silencing.held_streams import Loss

MOST_BARS = 30
"""Units that have a bar."""


def draw_silencing(layers: Sequence[Loss], units: Sequence[Loss], title: str) -> Picture:
    """Return two panels of bars: fields of whole layers, and single units.

    Args:
        layers: what is lost with a field of a whole layer silenced.
        units: what is lost with single units silenced; the first 30 have a bar.
        title: title above the panels.
    """
    shown = units[:MOST_BARS]
    height = max(4.2, 1.6 + 0.3 * len(shown), 1.6 + 0.16 * len(layers))
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12, wspace=0.06)
    figure = Picture(figsize=(11.2, height), dpi=DPI, layout=layout)
    left, right = figure.subplots(1, 2)
    _draw_layers(left, layers)
    _draw_units(right, shown)
    figure.suptitle(shorten(title, 90), fontsize=12, parse_math=False)
    return figure


def _draw_layers(axes: Axes, losses: Sequence[Loss]) -> None:
    fields = list(dict.fromkeys(one.target.field for one in losses))
    layers = sorted({one.target.layer for one in losses})
    height = 0.85 / len(fields)
    for number, field in enumerate(fields):
        own = [one for one in losses if one.target.field == field]
        places = (
            np.array([one.target.layer for one in own]) + (number - (len(fields) - 1) / 2) * height
        )
        axes.barh(
            places, [one.increase for one in own], height, xerr=[one.error for one in own],
            color=COLORS[number % len(COLORS)], label=field, error_kw={"elinewidth": 0.8},
        )  # fmt: skip
    axes.set_yticks(layers, [f"layer {layer + 1}" for layer in layers])
    axes.set_title("a whole layer, or one of its gates", fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    _finish(axes)


def _draw_units(axes: Axes, losses: Sequence[Loss]) -> None:
    places = range(len(losses))
    axes.barh(
        places, [one.increase for one in losses], 0.7, xerr=[one.error for one in losses],
        color=COLORS[0], error_kw={"elinewidth": 0.8},
    )  # fmt: skip
    axes.set_yticks(places, [one.target.name for one in losses], fontfamily="monospace")
    for place, one in zip(places, losses, strict=True):
        named = " ".join(f"{write_symbol(symbol)} {more:+.2f}" for symbol, more in one.hurt[:2])
        at = max(one.increase, 0) + one.error
        axes.annotate(
            named, (at, place), (5, 0), textcoords="offset points", va="center", fontsize=8,
            parse_math=False, color="0.35",
        )  # fmt: skip
    axes.set_title("single units, with the characters that they cost most", fontsize=10)
    axes.margins(x=0.3)
    _finish(axes)


def _finish(axes: Axes) -> None:
    axes.invert_yaxis()
    axes.set_xlabel("growth of the loss, nats per character")
    axes.grid(visible=True, axis="x", color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
