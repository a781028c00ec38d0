"""The likeliest characters: what the model expects, and beside it how sampling draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.strip import Strip

from charlm.console.program import format_name
from tui.generate.prediction import Candidate
from tui.generate.typist import DIGITS
from tui.widgets.bars import Bar, Bars, draw_bar

NAMES = {" ": "␣", "\n": "⏎", "\t": "⇥"}
"""Signs of characters that cannot be seen."""
COLUMN = 22
"""Least width of a candidate where they stand in columns."""
CUT = -1
HEADING = -2
"""Lines that are no candidate."""


class CandidateBars(Bars):
    """A line for each candidate, with two bars; in a low panel candidates stand in columns."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bars--drawn", "bars--note"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.drawn: Sequence[float] = ()
        self.heading, self.cut = "", ""

    def show(
        self, candidates: Sequence[Candidate], there: int | None, *, heading: str, cut: str
    ) -> None:
        """Show other candidates.

        Args:
            candidates: the likeliest first.
            there: id of what stands there, if something does.
            heading: name of the second column, such as "as sampled, T 0.7".
            cut: name of what keeps some from being drawn.
        """
        self.drawn = [one.drawn for one in candidates]
        self.heading, self.cut = heading, cut
        self.show_bars(
            [
                Bar(f"{key} {format_symbol(one.symbol)}", one.share, one.id == there)
                for key, one in zip(DIGITS, candidates, strict=False)
            ]
        )

    @property
    def columns(self) -> int:
        """How many candidates stand beside each other."""
        rows = max(1, self.size.height)
        if rows >= len(self.bars):
            return 1
        fit = max(1, self.size.width // COLUMN)
        return min(fit, -(-len(self.bars) // rows))

    @property
    def longest(self) -> float:
        """The share of the longest bar: those of both columns can be compared."""
        return max(1e-9, *(bar.share for bar in self.bars), *self.drawn)

    def list_lines(self) -> list[int]:
        """Return what stands on each line of one column: a candidate, the heading, or the cut."""
        lines = list(range(len(self.bars)))
        kept = sum(share > 0 for share in self.drawn)
        if 0 < kept < len(lines) and self.size.height > len(lines):
            lines.insert(kept, CUT)
        if lines and self.size.height > len(lines):
            lines.insert(0, HEADING)
        return lines

    def on_click(self, event: Click) -> None:
        """Post a message with the candidate that was clicked."""
        offset = event.get_content_offset(self)
        event.prevent_default()
        if offset is None:
            return
        if self.columns == 1:
            lines = self.list_lines()
            number = lines[offset.y] if offset.y < len(lines) else CUT
        else:
            width = self.size.width // self.columns
            number = offset.y * self.columns + min(offset.x // width, self.columns - 1)
        if 0 <= number < len(self.bars):
            self.post_message(self.Clicked(number))

    def render_line(self, y: int) -> Strip:
        """Draw the candidates on line `y`."""
        width = self.size.width
        plain = self.get_component_rich_style("bars--label")
        segments: list[Segment] = []
        if self.columns == 1:
            lines = self.list_lines()
            if y < len(lines):
                segments = self._draw_wide(lines[y], width, plain)
        else:
            room = width // self.columns
            first = y * self.columns
            for number in range(first, min(first + self.columns, len(self.bars))):
                segments += self._draw_narrow(number, room, plain)
        return Strip(segments).adjust_cell_length(width, plain)

    def _draw_wide(self, number: int, width: int, plain: Style) -> list[Segment]:
        """Draw a line with two bars."""
        note = self.get_component_rich_style("bars--note")
        names = max(cell_len(bar.name) for bar in self.bars)
        room = max(0, (width - names - 16) // 2)
        if number == HEADING:
            begin = set_cell_size(" " * (names + 2) + "model", max(0, width - len(self.heading)))
            return [Segment(begin + self.heading, note)]
        if number == CUT:
            begin = " " * (names + 7 + room + 1)
            return [Segment(f"{begin}┄ {self.cut} cuts here ┄", note)]
        bar, drawn = self.bars[number], self.drawn[number]
        style = self._bar_style(bar)
        kept = self.get_component_rich_style("bars--drawn")
        mark = "▸" if bar.marked else " "
        name = f"{mark}{bar.name}{' ' * (names - cell_len(bar.name))}"
        second = f"  {format_share(drawn)} " if drawn else "   ┄   "
        return [
            Segment(name, style if bar.marked else plain),
            Segment(f" {format_share(bar.share)} ", plain),
            Segment(set_cell_size(draw_bar(bar.share / self.longest, room), room), style),
            Segment(second, plain if drawn else note),
            Segment(draw_bar(drawn / self.longest, room), kept if not bar.marked else style),
        ]

    def _draw_narrow(self, number: int, room: int, plain: Style) -> list[Segment]:
        """Draw a candidate in a column, with both shares as figures."""
        bar, drawn = self.bars[number], self.drawn[number]
        style = self._bar_style(bar)
        mark = "▸" if bar.marked else " "
        shares = f" {format_share(bar.share)}→{format_share(drawn).strip() if drawn else '┄'}"
        name = f"{mark}{bar.name}"
        left = room - cell_len(name) - 11
        bars = draw_bar(bar.share / self.longest, max(0, left - 1))
        return [
            Segment(name, style if bar.marked else plain),
            Segment(set_cell_size(shares, 10), plain),
            Segment(set_cell_size(bars, max(0, left)), style),
            Segment(" ", plain),
        ]

    def _bar_style(self, bar: Bar) -> Style:
        return self.get_component_rich_style("bars--marked" if bar.marked else "bars--bar")


def format_symbol(symbol: str) -> str:
    """Return a sign for a symbol that takes a cell or two, where there is one."""
    return NAMES.get(symbol, format_name(symbol))


def format_share(share: float) -> str:
    """Return a share as a percentage of four cells."""
    return " <1%" if 0 < share < 0.01 else f"{share:4.0%}"
