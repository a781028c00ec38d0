"""Where each step of a forecast looks: a map of the attention over the rows before it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from charlm.arrays import Floats
from charlm.drawing.heat import SHADES
from tui.widgets.weight_scale import find_level, make_scale

NOTHING = "Where each step looks will be here, as soon as there is a forecast."
HEAD = 1
"""Lines above the map."""


def condense(weights: Floats, rows: int, columns: int) -> Floats:
    """Return weights for fewer cells: the mean of what a cell stands for.

    Args:
        weights: attention weights, (H, C).
        rows: most lines; more steps are put together.
        columns: most columns; more rows of the series are put together.
    """
    for axis, most in ((0, rows), (1, columns)):
        count = weights.shape[axis]
        if count > most:
            edges = [count * place // most for place in range(most + 1)]
            parts = [
                weights.take(range(start, end), axis=axis).mean(axis=axis)
                for start, end in pairwise(edges)
            ]
            weights = np.stack(parts, axis=axis)
    return weights


def describe(weights: Floats) -> str:
    """Return how large the largest weight is, and how large all would be if they were even."""
    return f"█ {weights.max():.1%} of a step's look · even: {1 / weights.shape[1]:.1%}"


def draw_map(weights: Floats, width: int, height: int, scale: tuple[Style, ...]) -> list[Text]:
    """Return a line for each step: the rows that are read from left to right, the last ones last.

    A cell is filled by its share of the largest weight of the map, by shade and by colour.

    Args:
        weights: attention weights, (H, C).
        width: cells of a line.
        height: number of lines.
        scale: styles of the cells.
    """
    steps, context = weights.shape
    margin = len(str(steps)) + 2
    shown = condense(weights, max(1, height - HEAD), max(1, width - margin))
    most = float(shown.max()) or 1.0
    wide = max(1, (width - margin) // shown.shape[1])
    left, right = f"-{context}", "-1"
    gap = max(1, shown.shape[1] * wide - len(left) - len(right))
    lines = [Text(f"{'':{margin}}{left}{' ' * gap}{right}", no_wrap=True)]
    for line, row in enumerate(shown.tolist()):
        step = line * steps // len(shown) + 1
        text = Text(f"+{step:<{margin - 1}}", no_wrap=True)
        for weight in row:
            share = weight / most
            shade = SHADES[round(share * (len(SHADES) - 1))]
            behind = scale[find_level(share)].bgcolor
            text.append(shade * wide, Style(color=behind))
        lines.append(text)
    return lines


class GazeView(Widget):
    """Each step on a line, each row that was read in a column: the fuller, the more it counts."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.weights: Floats | None = None
        self.hint = NOTHING

    def on_mount(self) -> None:
        """Draw in the colours of another theme when that changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.refresh())

    def show_weights(self, weights: Floats | None, hint: str) -> None:
        """Draw other weights, or say why there are none."""
        self.weights, self.hint = weights, hint
        self.refresh()

    def render(self) -> Text:
        """Draw the map."""
        if self.weights is None:
            return Text(self.hint)
        dark = self.app.current_theme.dark
        scale = make_scale("#000000" if dark else "#ffffff", dark)
        lines = draw_map(self.weights, self.size.width, self.size.height, scale)
        return Text("\n", no_wrap=True, overflow="crop").join(lines)
