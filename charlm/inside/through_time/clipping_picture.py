"""A picture of a clipped gradient: arrows in the plane of the gradients before and after."""

from __future__ import annotations

import math
from collections.abc import Mapping

from charlm.drawing.figures import Axes
from charlm.drawing.panels import COLORS
from charlm.drawing.picture import DPI, Picture
from charlm.training.config import ClipBy

STYLES: Mapping[ClipBy, tuple[str, str, float]] = {
    "none": (COLORS[6], "not clipped", 8.0),
    "norm": (COLORS[0], "clipped by norm", 3.0),
    "value": (COLORS[1], "clipped by value", 3.0),
}
"""Colour, name and width of the arrow of each way of clipping."""


def draw_arrows(gradients: Mapping[ClipBy, tuple[float, float]]) -> Picture:
    """Return a picture of one gradient, clipped in several ways.

    Args:
        gradients: the norm of each, which is 10 to the power of the arrow's length, less 1; and the
            angle between it and the gradient that is not clipped, in degrees, from 0 to 90.
    """
    tips = {
        clip_by: (
            math.log10(1 + norm) * math.cos(math.radians(angle)),
            math.log10(1 + norm) * math.sin(math.radians(angle)),
        )
        for clip_by, (norm, angle) in gradients.items()
    }
    right, up = (max(tip[axis] for tip in tips.values()) for axis in (0, 1))
    figure = Picture(figsize=(7.0, 3.2), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    for clip_by, (norm, angle) in gradients.items():
        _draw_arrow(axes, clip_by, tips[clip_by], f"norm {norm:,.0f}, {angle:.0f}°")
    axes.set_xlim(-0.02 * right, 1.1 * right)
    axes.set_ylim(-0.12 * right, up + 0.1 * right)
    axes.set_aspect("equal")
    axes.set_title("a gradient that explodes, before and after clipping", fontsize=11)
    axes.set_xlabel("length: log10(1 + norm); angle: change of direction", fontsize=9)
    axes.set_yticks([])
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return figure


def _draw_arrow(axes: Axes, clip_by: ClipBy, tip: tuple[float, float], figures: str) -> None:
    """Draw one gradient from the origin, with its name and its figures."""
    color, name, width = STYLES[clip_by]
    head = f"-|>,head_width={0.15 + 0.04 * width},head_length={0.3 + 0.05 * width}"
    style = {"arrowstyle": head, "color": color, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", tip, (0.0, 0.0), arrowprops=style)
    # By norm, the arrow is short: its name stands below its start. The long one ends its name.
    place = {"none": (tip, (0, -16), "right"), "norm": ((0.0, 0.0), (0, -16), "left")}
    point, offset, side = place.get(clip_by, (tip, (8, 0), "left"))
    axes.annotate(
        f"{name}: {figures}", point, offset, textcoords="offset points", ha=side, va="center",
        color=color, fontsize=9,
    )  # fmt: skip
