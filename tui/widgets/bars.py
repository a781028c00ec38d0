"""Horizontal bars of shares, each with its name and its percentage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from charlm.console.program import format_name

EIGHTHS = " ▏▎▍▌▋▊▉█"
"""Blocks that fill zero to eight eighths of a cell."""


@dataclass(frozen=True)
class Bar:
    """A name and its share."""

    name: str
    share: float
    """Share from 0 to 1."""
    marked: bool = False
    """Whether the bar is drawn in the colour of marked bars, with an arrow."""


class Bars(Widget):
    """A bar on each line, as long as its share of the room; a click posts `Clicked`."""

    @dataclass
    class Clicked(Message):
        """The user clicked a bar."""

        number: int
        """Index of the bar."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bars--label", "bars--bar", "bars--marked"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.bars: Sequence[Bar] = ()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Draw other bars."""
        self.bars = [replace(bar, name=format_name(bar.name)) for bar in bars]
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Post a message with the bar that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.bars):
            self.post_message(self.Clicked(offset.y))

    def render_line(self, y: int) -> Strip:
        """Draw the bar on line `y`."""
        width = self.size.width
        # Textual caches the styles of components, but computes `rich_style` at every call.
        label = self.get_component_rich_style("bars--label")
        if y >= len(self.bars) or width < 14:
            return Strip.blank(width, label)
        bar = self.bars[y]
        margin = min(max(cell_len(bar.name) for bar in self.bars), width // 2)
        room = width - margin - 10  # for the mark, blanks, and a percentage such as 100.0%
        style = self.get_component_rich_style("bars--marked" if bar.marked else "bars--bar")
        mark = "▸ " if bar.marked else "  "
        name = f"{mark}{bar.name}{' ' * (margin - cell_len(bar.name))} "
        figure = f"{bar.share:6.1%} "
        return Strip(
            [
                Segment(name, style if bar.marked else label),
                Segment(figure, label),
                Segment(draw_bar(bar.share, room), style),
            ]
        ).adjust_cell_length(width, label)


def draw_bar(share: float, width: int) -> str:
    """Return a bar as long as `share` of `width` cells, rounded to an eighth of a cell.

    Args:
        share: share from 0 to 1; other values count as the nearer of the two.
        width: length of a full bar, in cells.
    """
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + EIGHTHS[rest] * (rest > 0)
