"""Panels of lines: what `braille` draws in a terminal and `picture` as a PNG."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from charlm.console.program import printable

# Okabe and Ito 2008 without its yellow and black, which vanish on white or on black, and two more.
COLORS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c", "#aa3377",
)  # fmt: skip
LONGEST_NAME = 60
"""Columns of a name in a legend, at most."""

Points = list[tuple[float, float]]
Range = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A line of a panel."""

    series: int
    """Which series it belongs to: an index that decides its colour and its marker."""
    points: Points
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """Lines that share their axes."""

    title: str
    x_label: str
    y_label: str
    lines: list[Line]
    x_range: Range | None = None
    """What the horizontal axis shows; by default all points. Lines are cut off at its ends."""
    y_range: Range | None = None
    """The same of the vertical axis."""

    def ranges(self) -> tuple[Range, Range]:
        """Return what the horizontal and the vertical axis show: ranges of more than one point."""
        points = [point for line in self.lines for point in line.points]
        x = self.x_range or _extent([x for x, _ in points])
        y = self.y_range or _extent([y for _, y in points])
        return x, y


def _extent(values: list[float]) -> Range:
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < 1e-9 * max(1.0, abs(high)):
        return low - 0.05, high + 0.05
    return low, high


def pick_look(series: int) -> tuple[str, int]:
    """Return the colour and the index of the marker of a series: 64 different pairs."""
    return COLORS[series % 8], (series + series // 8) % 8


def shorten(name: str, cells: int) -> str:
    """Return a name on one line, in at most `cells` columns of a terminal."""
    name = " ".join(printable(name).split())
    return name if cell_len(name) <= cells else set_cell_size(name, cells - 1).rstrip() + "…"
