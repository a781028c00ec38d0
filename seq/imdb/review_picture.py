"""The picture of a review that is read: its coloured words, and a curve under them."""

from __future__ import annotations

from charlm.arrays import Floats
from charlm.console.program import printable
from charlm.drawing.colored_text import draw_text_figure
from charlm.drawing.panels import COLORS
from charlm.drawing.picture import Picture

CURVE = 2.2
"""Inches for the curve."""


def draw_review(
    text: str, values: Floats, probabilities: Floats, class_name: str, *, title: str
) -> Picture:
    """Return a figure of a coloured text, with the curve of a probability under it.

    Args:
        text: the text, T characters.
        values: a number from -1 to 1 for each of them, (T,).
        probabilities: probability of the class after each word, (N,).
        class_name: name of the class.
        title: title above the text.
    """
    figure = draw_text_figure(text, values)
    wide, high = figure.get_size_inches()
    whole = high + CURVE
    for axes in figure.axes:  # they keep their size, and go up
        left, bottom, width, height = axes.get_position().bounds
        axes.set_position(
            (left, (bottom * high + CURVE) / whole, width, height * high / whole)
        )  # fmt: skip
    figure.set_size_inches(wide, whole)
    figure.suptitle(title, fontsize=10, y=1 - 0.2 / whole, parse_math=False)
    axes = figure.add_axes((0.09, 0.5 / whole, 0.88, (CURVE - 0.7) / whole))
    axes.axhline(50, color="0.7", linewidth=0.8, linestyle="--")
    places = range(1, len(probabilities) + 1)
    axes.plot(places, 100 * probabilities, color=COLORS[0], marker=".", markersize=4)
    axes.set(ylim=(-2, 102), xlabel="words read", xlim=(0.5, max(2.0, len(probabilities) + 0.5)))
    axes.set_ylabel(f"% {printable(class_name)}", parse_math=False)
    axes.tick_params(labelsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
