"""Groups of horizontal bars, with the numbers at their ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from charlm.console.program import printable
from charlm.drawing.picture import DPI, Picture

BAR, GAP = 0.15, 0.16
"""Inches: height of a bar; between two groups."""
LETTER = 0.072
"""Inches of a letter of a label."""
WIDTH, TOP, BOTTOM = 4.5, 0.8, 0.6
"""Inches: of the bars; above them, for titles; below them, for the axis."""
COLORS = ("#b8bec6", "#5b8db8", "#c8442e")
"""Colours of the bars of a group: what is usual is pale, what matters is bright."""


def draw_bar_groups(
    values: npt.NDArray[np.floating],
    labels: Sequence[str],
    names: Sequence[str],
    *,
    x_label: str,
    title: str = "",
) -> Picture:
    """Return groups of bars as a figure.

    Args:
        values: lengths of the bars, (R, N) for R groups of N bars.
        labels: labels of the R groups.
        names: names of the N bars of each group, for the legend.
        x_label: what the lengths are.
        title: title above.
    """
    groups = max(1, len(labels))
    left = 0.2 + LETTER * max((len(label) for label in labels), default=0)
    wide = left + WIDTH + 0.5
    high = TOP + groups * (len(names) * BAR + GAP) + BOTTOM
    figure = Picture(figsize=(wide, high), dpi=DPI)
    size = (WIDTH / wide, 1 - (TOP + BOTTOM) / high)
    axes = figure.add_axes((left / wide, BOTTOM / high, *size))
    step = len(names) * BAR + GAP
    centers = np.arange(len(labels)) * step
    for number, name in enumerate(names):
        own = values[:, number]
        places = centers + (number - (len(names) - 1) / 2) * BAR
        axes.barh(places, own, BAR * 0.9, color=COLORS[number % len(COLORS)], label=name)
        for place, value in zip(places.tolist(), own.tolist(), strict=True):
            axes.annotate(f"{value:.2f}", (value, place), (3, 0), textcoords="offset points",
                          va="center", fontsize=7)  # fmt: skip
    axes.set_yticks(centers, [printable(label) for label in labels])
    for label in axes.get_yticklabels():
        label.set(fontsize=8, parse_math=False)
    axes.set_ylim((groups - 1) * step + step / 2, -step / 2)
    axes.set_xlim(0, 1.12 * max(1e-9, float(values.max(initial=0.0))))
    axes.set_xlabel(x_label, fontsize=9)
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=len(names), fontsize=8, frameon=False
    )
    figure.suptitle(printable(title), fontsize=11, y=1 - 0.2 / high, parse_math=False)
    return figure
