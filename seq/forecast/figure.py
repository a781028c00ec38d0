"""Forecasts as panels: what was, what was forecast and how surely, and what came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charlm.arrays import Floats
from charlm.drawing.braille import draw_panel
from charlm.drawing.panels import Band, Line, Panel, Points

SAMPLE_WIDTH, SAMPLE_ROWS = 76, 9
"""Columns and lines of a drawing in the display of a training."""
MOST_BEFORE = 3
"""Most values before a forecast that are drawn, in horizons."""
FEWEST_BEFORE = 24
"""Values before a forecast that are drawn at least, if there are so many."""
MOST_TICKS = 5
WAS, FORECAST = 0, 1
"""Series of a panel: they decide the colours."""


def make_panel(
    before: Floats,
    point: Floats,
    band: tuple[Floats, Floats],
    came: Floats,
    *,
    first: int,
    labels: Sequence[str] | None = None,
    title: str = "",
    x_label: str = "step",
    y_label: str = "",
) -> Panel:
    """Return a panel of a forecast.

    Args:
        before: the values before it, (C,), at least one.
        point: the point forecast, (H,).
        band: lower and upper end of the band, (H,) each.
        came: what came, (N,); empty where nobody knows yet.
        first: number of the first step that is forecast.
        labels: what stands under the steps from the first of `before` on; None for their numbers.
        title: title above the panel.
        x_label: label of the horizontal axis.
        y_label: label of the vertical axis.
    """
    start = first - len(before)
    was = list_points(np.concatenate([before, came]), start)
    joined = np.concatenate([before[-1:], point])
    lower, upper = (np.concatenate([before[-1:], end]) for end in band)
    return Panel(
        title,
        x_label,
        y_label,
        [
            Line(WAS, was, marked=False),
            Line(FORECAST, list_points(joined, first - 1), marked=False),
        ],
        x_ticks=None if labels is None else choose_labels(labels, start),
        bands=[Band(FORECAST, list_points(lower, first - 1), list_points(upper, first - 1))],
    )


def list_points(values: Floats, start: int) -> Points:
    """Return values (N,) as points, the first of them at `start`."""
    return [(float(start + step), value) for step, value in enumerate(values.tolist())]


def choose_labels(labels: Sequence[str], start: int) -> dict[float, str]:
    """Return a few of the labels that are not empty, by their steps from `start` on."""
    there = [step for step, label in enumerate(labels) if label]
    every = max(1, -(-len(there) // MOST_TICKS))
    return {float(start + step): labels[step] for step in there[::every]}


def count_before(available: int, horizon: int) -> int:
    """Return how many of the values before a forecast are drawn."""
    return min(available, max(FEWEST_BEFORE, MOST_BEFORE * horizon))


def draw_sample(before: Floats, truth: Floats, forecast: Floats) -> str:
    """Return a drawing without colours of a forecast over what came, with a line that says it.

    Args:
        before: the values before it, (C,).
        truth: what came, (H,).
        forecast: the point forecast, (H,).
    """
    shown = before[-count_before(len(before), len(truth)) :]
    panel = Panel(
        "what was and what came (line), and the forecast (●)",
        "",
        "",
        [
            Line(WAS, list_points(np.concatenate([shown, truth]), -len(shown)), marked=False),
            # Markers of the series 0 are round; alone, without a line between them.
            *(Line(WAS, [point]) for point in list_points(forecast, 0)),
        ],
    )
    lines = [line.plain for line in draw_panel(panel, SAMPLE_WIDTH, SAMPLE_ROWS)]
    steps = f"{len(truth):,} step{'' if len(truth) == 1 else 's'}"
    error = float(np.abs(forecast - truth).mean())
    return "\n".join([f"a forecast of {steps} is off by {error:.4g} on average", *lines])


def make_legend(name: str) -> list[str]:
    """Return the names of the series of a panel, for its legend."""
    return [name, "forecast, with the band that 80 % should lie in"]
