"""A text that grows, drawn line by line, with a cursor and perhaps a colour for each character."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from charlm.console.program import printable
from tui.generate.lines import breaks


class TextView(ScrollView, can_focus=True):
    """Characters in lines that break between words, each with a level that may colour it.

    Only the last line is laid out again when the text grows, and a line is drawn once for as long
    as it does not change: a text of any length costs what is seen of it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Back", show=False),
        Binding("right", "move(1)", "Forward", show=False),
        Binding("up", "move_lines(-1)", "Line up", show=False),
        Binding("down", "move_lines(1)", "Line down", show=False),
        Binding("pageup", "move_lines(-10)", "Up", show=False),
        Binding("pagedown", "move_lines(10)", "Down", show=False),
        Binding("home", "move(-1000000000)", "Beginning", show=False),
        Binding("end", "move(1000000000)", "End", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-view--text",
        "text-view--cursor",
        "text-view--prompt",
    }

    cursor: reactive[int] = reactive(0)
    """Index of the character at the cursor; the length of the text behind its end."""
    colored: reactive[bool] = reactive(False)

    @dataclass
    class Moved(Message):
        """The cursor stands elsewhere."""

        cursor: int

    def __init__(self, scale: Iterable[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.scale = [*map(Style.parse, scale)]
        self.text = ""
        self.levels = bytearray()
        """Of each character, an index into `scale`."""
        self.prompted = 0
        self._starts: list[int] = [0]
        """Index of the first character of each line."""
        self._strips: dict[int, Strip] = {}

    def use_scale(self, scale: Iterable[str]) -> None:
        """Colour with these styles from now on."""
        self.scale = [*map(Style.parse, scale)]
        self._strips.clear()
        self.refresh()

    def show_text(self, text: str, levels: Iterable[int], prompted: int) -> None:
        """Show another text, with the cursor behind its end."""
        self.text, self.levels, self.prompted = printable(text), bytearray(levels), prompted
        self._lay_out(0)
        self.cursor = len(self.text)
        self._follow()

    def extend(self, text: str, levels: Iterable[int]) -> None:
        """Put characters at the end; a cursor that stands behind the end stays there."""
        at_end = self.cursor == len(self.text)
        self.text += printable(text)
        self.levels.extend(levels)
        self._lay_out(len(self._starts) - 1)
        if at_end:
            self.cursor = len(self.text)

    def _lay_out(self, line: int) -> None:
        """Break the text into lines again, from that line on."""
        # A cell is left for the cursor behind the end.
        width = max(1, self.scrollable_content_region.width - 1)
        del self._starts[line + 1 :]
        self._strips = {at: strip for at, strip in self._strips.items() if at < line}
        start = self._starts[line]
        for end in breaks(self.text, start, width):
            self._starts.append(end)
        self.virtual_size = Size(width, len(self._starts))
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Break the lines anew."""
        self._lay_out(0)
        self._follow()

    def line_of(self, index: int) -> int:
        """Return the line in which the character of that index stands."""
        return bisect_right(self._starts, index) - 1

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor in the text."""
        return max(0, min(cursor, len(self.text)))

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the two lines that change, and follow."""
        for index in (old, new):
            self._strips.pop(self.line_of(min(index, len(self.text))), None)
        self._follow()
        self.post_message(self.Moved(new))

    def watch_colored(self) -> None:
        """Draw all lines anew."""
        self._strips.clear()
        self.refresh()

    def _follow(self) -> None:
        line = Region(0, self.line_of(self.cursor), 1, 1)
        self.scroll_to_region(line, animate=False, force=True)
        self.refresh()

    def action_move(self, characters: int) -> None:
        """Move the cursor along the text."""
        self.cursor += characters

    def action_move_lines(self, lines: int) -> None:
        """Move the cursor to the same column of another line."""
        line = self.line_of(self.cursor)
        column = self.cursor - self._starts[line]
        target = max(0, min(line + lines, len(self._starts) - 1))
        self.cursor = self._at(target, column)

    def _at(self, line: int, column: int) -> int:
        last = len(self._starts) - 1
        end = self._starts[line + 1] - 1 if line < last else len(self.text)
        return min(self._starts[line] + max(0, column), end)

    def on_click(self, event: Click) -> None:
        """Move the cursor to where it was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            line = min(offset.y + self.scroll_offset.y, len(self._starts) - 1)
            self.cursor = self._at(line, offset.x)

    def render_line(self, y: int) -> Strip:
        """Draw a line, or take it from the cache."""
        line = y + self.scroll_offset.y
        if line >= len(self._starts):
            return Strip.blank(self.size.width, self.get_component_rich_style("text-view--text"))
        strip = self._strips.get(line)
        if strip is None:
            strip = self._strips[line] = self._drawn(line)
        return strip

    def _drawn(self, line: int) -> Strip:
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        # Styles of components are kept by Textual; `rich_style` is worked out at every call.
        plain = self.get_component_rich_style("text-view--text")
        cursor = self.get_component_rich_style("text-view--cursor")
        prompt = self.get_component_rich_style("text-view--prompt")
        segments: list[Segment] = []
        for index in range(start, end):
            character = self.text[index]
            style = plain
            if self.colored:
                style = plain + self.scale[self.levels[index]]
            elif index < self.prompted:
                style = prompt
            if index == self.cursor:
                style = cursor
            # A line feed is a cell only where the cursor shows it.
            shown = (" " if index == self.cursor else "") if character == "\n" else character
            segments.append(Segment(" " if shown == "\t" else shown, style))
        if self.cursor == end == len(self.text):
            segments.append(Segment(" ", cursor))
        return Strip(Strip(segments).simplify()).adjust_cell_length(self.size.width, plain)
