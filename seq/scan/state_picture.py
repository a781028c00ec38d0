"""The picture of a decoder's steps: its units, and the attention beside them."""

from __future__ import annotations

from collections.abc import Sequence

from charlm.arrays import Reals
from charlm.console.program import printable
from charlm.drawing.picture import Picture

CELL_WIDTH, CELL_HEIGHT = 0.42, 0.22
LEFT, TOP, GAP, RIGHT, BOTTOM = 1.25, 0.95, 0.35, 0.9, 0.2
"""Inches: size of a cell; room for names, for the title, between the maps, for the scale, below."""


def draw_states(
    values: Reals,
    units: Sequence[str],
    steps: Sequence[str],
    attention: Reals | None,
    words: Sequence[str],
    *,
    title: str,
    signed: bool = True,
) -> Picture:
    """Return a figure with a row for each step: units on the left, attention on the right.

    Args:
        values: values of K units, from -1 to 1, (T, K).
        units: their names.
        steps: what was written in each of the T steps.
        attention: weights (T, S); None without attention.
        words: the S words of the command.
        title: title above it.
        signed: whether the values lie on both sides of 0; otherwise from 0 to 1.
    """
    maps = [(values, units, "RdBu_r" if signed else "Reds", (-1.0 if signed else 0.0, 1.0), "unit")]
    if attention is not None:
        maps.append((attention, words, "viridis", (0.0, 1.0), "attention"))
    tall = CELL_HEIGHT * len(steps)
    wide = LEFT + sum(CELL_WIDTH * len(names) + RIGHT + GAP for _, names, *_ in maps)
    wide = max(wide, 0.09 * len(title) + 0.4)
    high = TOP + max(tall, 1.2) + BOTTOM
    figure = Picture(figsize=(wide, high), dpi=150)
    left = LEFT
    for number, (numbers, names, colors, limits, label) in enumerate(maps):
        across, bottom = CELL_WIDTH * len(names), (high - TOP - tall) / high
        axes = figure.add_axes((left / wide, bottom, across / wide, tall / high))
        image = axes.imshow(numbers, vmin=limits[0], vmax=limits[1], cmap=colors, aspect="auto",
                            interpolation="nearest")  # fmt: skip
        axes.set_xticks(range(len(names)), list(map(printable, names)), rotation=50, ha="left")
        axes.xaxis.tick_top()
        shown = [] if number else list(map(printable, steps))
        axes.set_yticks(range(len(shown)), shown)
        axes.tick_params(length=0, labelsize=8)
        for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            text.set_parse_math(False)
        scale = figure.add_axes(
            ((left + across + 0.12) / wide, bottom, 0.1 / wide, min(1.2, tall) / high)
        )
        figure.colorbar(image, cax=scale).set_label(label, fontsize=8)
        scale.tick_params(labelsize=7)
        left += across + RIGHT + GAP
    figure.suptitle(printable(title), fontsize=10, y=1 - 0.15 / high, parse_math=False)
    return figure
