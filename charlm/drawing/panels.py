"""Panels of lines. `braille` draws them in a terminal, `picture` as a PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from charlm.console.program import printable

# Okabe and Ito (2008) without yellow and black, which cannot be seen on white or on black, and two
# more colours.
COLORS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c", "#aa3377",
)  # fmt: skip
LONGEST_NAME = 60
"""Greatest width of a name in a legend, in columns of a terminal."""

Points = list[tuple[float, float]]
Range = tuple[float, float]
Ticks = Mapping[float, str]
"""Places of an axis, and what is written there."""


@dataclass(frozen=True)
class Line:
    """A line of a panel."""

    series: int
    """Index of the series that the line belongs to. It decides the colour and the marker."""
    points: Points
    """Points (x, y) that the line connects, in this order."""
    dashed: bool = False
    """Whether the line is dashed."""
    marked: bool = True
    """Whether its points are marked. Many points are better read without, as a line alone."""


@dataclass(frozen=True)
class Band:
    """The room between two lines, such as that of likely values."""

    series: int
    """Index of the series that the band belongs to. It decides the colour."""
    lower: Points
    """Points (x, y) of the lower line, by ascending x."""
    upper: Points
    """Points (x, y) of the upper line, at the same x."""


@dataclass(frozen=True)
class Panel:
    """Lines that share their axes."""

    title: str
    """Title above the panel."""
    x_label: str
    """Label of the horizontal axis."""
    y_label: str
    """Label of the vertical axis."""
    lines: list[Line]
    """Lines of the panel, in the order in which they are drawn."""
    x_range: Range | None = None
    """Range of the horizontal axis; by default that of all points. Lines are clipped to it."""
    y_range: Range | None = None
    """Range of the vertical axis; by default that of all points. Lines are clipped to it."""
    x_ticks: Ticks | None = None
    """Places of the horizontal axis with their labels, for logarithms and the like; by default
    round numbers."""
    y_ticks: Ticks | None = None
    """Places of the vertical axis with their labels; by default round numbers."""
    bands: Sequence[Band] = ()
    """Bands, which lie behind the lines."""

    def ranges(self) -> tuple[Range, Range]:
        """Return the ranges of the horizontal and of the vertical axis. None of them is empty."""
        points = [point for line in self.lines for point in line.points]
        points += [point for band in self.bands for point in (*band.lower, *band.upper)]
        x = self.x_range or _extent([x for x, _ in points])
        y = self.y_range or _extent([y for _, y in points])
        return x, y


def _extent(values: list[float]) -> Range:
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < 1e-9 * max(1.0, abs(high)):
        return low - 0.05, high + 0.05
    return low, high


def pick_look(series: int) -> tuple[str, int]:
    """Return the colour and the index of the marker of a series. There are 64 pairs."""
    return COLORS[series % 8], (series + series // 8) % 8


def shorten(name: str, cells: int) -> str:
    """Return a name as one line of at most `cells` columns of a terminal."""
    name = " ".join(printable(name).split())
    return name if cell_len(name) <= cells else set_cell_size(name, cells - 1).rstrip() + "…"
