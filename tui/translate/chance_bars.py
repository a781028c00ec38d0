"""What a translator might have said at a step: every symbol with its probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.translate.contents import Row, make_row
from tui.translate.drawn_map import name_row
from tui.translate.symbols import END
from tui.widgets.bars import draw_bar
from tui.widgets.chances import draw_ticks, format_share, scale_log

FIGURE = 5
"""Columns of a probability."""
SHORTEST = 8
"""Columns of a full bar for which the names of the actions are left out, rather than shorten it."""


@dataclass(frozen=True)
class Chance:
    """A symbol that a translator can say, and how probable it is."""

    action: str
    """Name of the action, or of the end."""
    row: Row
    """Its label."""
    share: float
    """Probability, from 0 to 1."""
    said: bool
    """Whether the translator said it."""


def list_chances(symbols: Sequence[str], shares: Sequence[float], said: str) -> list[Chance]:
    """Return the chances of a step, the most probable first.

    Args:
        symbols: names of the actions and, last, of the end.
        shares: their probabilities.
        said: what the translator said.
    """
    rows = [*map(make_row, symbols[:-1]), Row(END, "end")]
    chances = [
        Chance(symbol, row, share, symbol == said)
        for symbol, row, share in zip(symbols, rows, shares, strict=True)
    ]
    return sorted(chances, key=lambda chance: -chance.share)


class ChanceBars(Widget, can_focus=True):
    """A bar for each symbol, on a logarithmic scale, under the name of the translator."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "go(-1)", "Step before", show=False),
        Binding("down", "go(1)", "Next step", show=False),
    ]

    @dataclass
    class Stepped(Message):
        """The user goes to the next step, or to the one before."""

        steps: int
        """1, or -1."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chance-bars--label",
        "chance-bars--quiet",
        "chance-bars--bar",
        "chance-bars--said",
    }

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.heading = ""
        self.chances: Sequence[Chance] = ()
        self.floor = -3

    def show_chances(self, heading: str, chances: Sequence[Chance], floor: int) -> None:
        """Draw other bars.

        Args:
            heading: line above the bars.
            chances: the chances, the most probable first.
            floor: power of ten at which the scale begins.
        """
        self.heading, self.chances, self.floor = heading, chances, floor
        self.refresh()

    def action_go(self, steps: int) -> None:
        """Go to the next step, or to the one before."""
        self.post_message(self.Stepped(steps))

    def render_line(self, y: int) -> Strip:
        """Draw the heading with the scale, or the bar on line `y`."""
        width = self.size.width
        label = self.get_component_rich_style("chance-bars--label")
        if y > len(self.chances) or not self.chances or width < FIGURE + 6:
            return Strip.blank(width, label)
        names = [name_row(chance.row) for chance in self.chances]
        if max(map(cell_len, names)) + FIGURE + SHORTEST + 5 > width:
            names = [chance.row.symbol for chance in self.chances]
        margin = min(2 + max(map(cell_len, names)), width - FIGURE - 4)
        room = width - margin - FIGURE - 3
        if y == 0:
            return self._draw_head(margin, room)
        chance = self.chances[y - 1]
        style = self.get_component_rich_style(f"chance-bars--{'said' if chance.said else 'bar'}")
        mark = "▸ " if chance.said else "  "
        name = Strip([Segment(f"{mark}{names[y - 1]}", style if chance.said else label)])
        return Strip(
            [
                *name.adjust_cell_length(margin, label),
                Segment(f" {format_share(chance.share):>{FIGURE}} ", label),
                Segment(draw_bar(scale_log(chance.share, self.floor), max(0, room)), style),
            ]
        ).adjust_cell_length(width, label)

    def _draw_head(self, margin: int, room: int) -> Strip:
        """Draw the name of the translator and, over the bars, the scale."""
        label = self.get_component_rich_style("chance-bars--label")
        quiet = self.get_component_rich_style("chance-bars--quiet")
        before = margin + FIGURE + 2
        ticks = draw_ticks(self.floor, room) if room >= 2 * FIGURE else ""
        if cell_len(self.heading) >= before:  # a long name needs the room of the scale
            ticks, before = "", before + room
        heading = Strip([Segment(self.heading, label)]).adjust_cell_length(before, label)
        return Strip([*heading, Segment(ticks, quiet)]).adjust_cell_length(self.size.width, label)
