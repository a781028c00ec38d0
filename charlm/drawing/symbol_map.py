"""Maps of symbols: letters or words at places of a plane, none over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from charlm.arrays import Floats
from charlm.console.program import printable
from charlm.drawing.panels import COLORS

if TYPE_CHECKING:
    from charlm.drawing.figures import Axes
    from charlm.drawing.picture import Picture

Cell = tuple[int, int]
"""A row, from the top, and a column."""

FARTHEST = 9.0
"""How far a symbol may be moved to a free place, in columns; a row counts as two."""


@dataclass(frozen=True)
class SymbolMap:
    """N symbols at places of a plane, each in one of G groups."""

    labels: tuple[str, ...]
    """What is written for each symbol, (N,), the most important one first."""
    points: Floats
    """Their places, (N, 2)."""
    groups: tuple[int, ...]
    """The group of each, (N,)."""
    names: tuple[str, ...]
    """Names of the G groups, at most eight."""
    marked: int | None = None
    """The symbol that is looked at; None for none."""

    def list_used(self) -> list[int]:
        """Return the groups that have a symbol."""
        return sorted(set(self.groups))


def place_labels(
    widths: Sequence[int], points: Floats, columns: int, rows: int
) -> list[Cell | None]:
    """Return a free place for each label, as near to its point as there is one, in a grid of cells.

    Labels are placed in their order; there is a free column between two. One that finds no place
    within `FARTHEST` columns gets None.

    Args:
        widths: columns of each label, (N,).
        points: their points, (N, 2), in any range.
        columns: columns of the grid.
        rows: rows of the grid.
    """
    low = points.min(axis=0, initial=np.inf)
    span = np.maximum(points.max(axis=0, initial=-np.inf) - low, 1e-12)
    # A free column on the right edge lets the last label be treated as all others.
    taken = np.zeros((rows, columns + 1), bool)
    reach = int(FARTHEST)
    moves = sorted(
        (np.hypot(across, 2 * down), down, across)
        for across in range(-reach, reach + 1)
        for down in range(-reach // 2, reach // 2 + 1)
    )
    inset = find_inset(widths)
    places: list[Cell | None] = []
    for width, point in zip(widths, points, strict=True):
        across, up = (point - low) / span
        column = round(inset + across * (columns - 2 * inset) - width / 2)
        row = round((1 - up) * (rows - 1))
        found = None
        for distance, down, right in moves:
            top, left = row + down, column + right
            inside = 0 <= top < rows and left >= 0 and left + width <= columns
            free = inside and not taken[top, max(0, left - 1) : left + width + 1].any()
            if free and distance <= FARTHEST:
                found = (top, left)
                taken[top, left : left + width] = True
                break
        places.append(found)
    return places


def find_inset(widths: Sequence[int]) -> float:
    """Return the columns between the edge of a grid and the points at the edge of the map."""
    return max(widths, default=0) / 2


def draw_map(drawn: SymbolMap, width: int, height: int) -> tuple[Text, int]:
    """Return a map for a terminal with its legend, and the number of symbols that found no place.

    Args:
        drawn: the map.
        width: columns.
        height: lines of the map itself.
    """
    labels = [printable(label) for label in drawn.labels]
    places = place_labels([cell_len(label) for label in labels], drawn.points, width, height)
    rows: list[list[tuple[int, int]]] = [[] for _ in range(height)]
    for number, place in enumerate(places):
        if place is not None:
            rows[place[0]].append((place[1], number))
    lines = []
    for row in rows:
        line = Text()
        for column, number in sorted(row):
            line.append(" " * (column - line.cell_len))
            strong = "bold reverse " if number == drawn.marked else ""
            line.append(labels[number], strong + COLORS[drawn.groups[number] % len(COLORS)])
        lines.append(line)
    if len(drawn.list_used()) > 1:
        legend = Text()
        for group in drawn.list_used():
            legend.append(f"■ {drawn.names[group]}  ", COLORS[group % len(COLORS)])
        legend.rstrip()
        lines.insert(0, legend)
    return Text("\n", no_wrap=True).join(lines), sum(place is None for place in places)


COLUMNS, ROWS = 110, 44
"""Cells of a figure."""


def draw_map_figure(drawn: SymbolMap, *, title: str, axes_names: tuple[str, str]) -> Picture:
    """Return a figure of the map. A label that had to move has a line to its point.

    Args:
        drawn: the map.
        title: title above it.
        axes_names: names of the axes.
    """
    from charlm.drawing.picture import Picture

    figure = Picture(figsize=(9.0, 6.6), dpi=150)
    axes = figure.add_axes((0.07, 0.09, 0.9, 0.8))
    inset = _write_labels(axes, drawn)
    low = drawn.points.min(axis=0)
    span = np.maximum(np.ptp(drawn.points, axis=0), 1e-12)
    margin = span * [0.01 + inset / (COLUMNS - 2 * inset), 0.04]
    axes.set_xlim(low[0] - margin[0], low[0] + span[0] + margin[0])
    axes.set_ylim(low[1] - margin[1], low[1] + span[1] + margin[1])
    axes.set_xlabel(axes_names[0], fontsize=9)
    axes.set_ylabel(axes_names[1], fontsize=9)
    axes.tick_params(labelsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    used = drawn.list_used()
    if len(used) > 1:
        handles = [
            axes.plot([], [], "s", color=COLORS[group % len(COLORS)], label=drawn.names[group])[0]
            for group in used
        ]
        figure.legend(
            handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.945), ncols=len(used),
            fontsize=8, frameon=False,
        )  # fmt: skip
    figure.suptitle(title, fontsize=11, y=0.985, parse_math=False)
    return figure


def _write_labels(axes: Axes, drawn: SymbolMap) -> float:
    """Write the labels into axes, and return the columns that the widest takes beyond its point."""
    labels = [printable(label) for label in drawn.labels]
    widths = [cell_len(label) for label in labels]
    small = max(widths) > 2  # words
    low = drawn.points.min(axis=0)
    span = np.maximum(np.ptp(drawn.points, axis=0), 1e-12)
    places, inset = place_labels(widths, drawn.points, COLUMNS, ROWS), find_inset(widths)
    for number, (label, width, place) in enumerate(zip(labels, widths, places, strict=True)):
        color = COLORS[drawn.groups[number] % len(COLORS)]
        x, y = drawn.points[number]
        if place is None:
            axes.plot([x], [y], ".", color=color, markersize=2)
            continue
        row, column = place
        at_x = low[0] + span[0] * (column + width / 2 - inset) / (COLUMNS - 2 * inset)
        at_y = low[1] + span[1] * (1 - row / (ROWS - 1))
        if abs(at_x - x) > 1.5 * span[0] / COLUMNS or abs(at_y - y) > 1.5 * span[1] / ROWS:
            axes.plot([x, at_x], [y, at_y], color="0.8", linewidth=0.6, zorder=1)
        chosen = number == drawn.marked
        axes.text(
            at_x, at_y, label, color=color, fontsize=8.5 if small else 11, ha="center",
            va="center", parse_math=False, zorder=3,
            weight="normal" if small and not chosen else "bold",
            bbox={"facecolor": "#fff3c4", "edgecolor": color, "pad": 2.0} if chosen else None,
        )  # fmt: skip
    return inset
