"""A text that grows, drawn line by line, with a cursor and optional colours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
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
from tui.generate.lines import find_breaks


class TextView(ScrollView, can_focus=True):
    """A text in lines that break between words; each character has a level that can colour it.

    When the text grows, only its last line is laid out again. A drawn line is cached until it
    changes, and only visible lines are drawn.
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
    """Index of the character at the cursor; at the end of the text it is the length of the text."""
    colored: reactive[bool] = reactive(False)
    """Whether the level of a character sets its colour."""

    @dataclass
    class Moved(Message):
        """The cursor has moved."""

        cursor: int
        """Index of the character at the cursor now."""

    def __init__(self, scale: Iterable[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.scale = [*map(Style.parse, scale)]
        self.text = ""
        self.levels = bytearray()
        """Level of each character: an index into `scale`."""
        self.prompt_length = 0
        self._starts: list[int] = [0]
        """Index of the first character of each line."""
        self._strips: dict[int, Strip] = {}
        self._follows = True
        """Whether the view scrolls to a cursor that moves."""

    def use_scale(self, scale: Iterable[str]) -> None:
        """Use another style for each level."""
        self.scale = [*map(Style.parse, scale)]
        self._strips.clear()
        self.refresh()

    def show_text(self, text: str, levels: Iterable[int], prompt_length: int) -> None:
        """Show another text, with the cursor at its end.

        Args:
            text: text to show.
            levels: level of each character.
            prompt_length: number of characters at the beginning that are the prompt.
        """
        self.text, self.levels = printable(text), bytearray(levels)
        self.prompt_length = prompt_length
        self._lay_out_from(0)
        self.cursor = len(self.text)
        self._follow_cursor()

    def extend(self, text: str, levels: Iterable[int]) -> None:
        """Append characters, with their levels; a cursor at the end stays at the end.

        Who has scrolled back to read stays there; the end is followed only while it can be seen.
        """
        at_end = self.cursor == len(self.text)
        height = self.scrollable_content_region.height
        self._follows = self.scroll_target_y + height >= len(self._starts)
        self.text += printable(text)
        self.levels.extend(levels)
        self._lay_out_from(len(self._starts) - 1)
        if at_end:
            self.cursor = len(self.text)
        self._follows = True

    def _lay_out_from(self, line: int) -> None:
        """Break the text into lines again, from the line of that index on."""
        # One cell is left for the cursor at the end of the text.
        width = max(1, self.scrollable_content_region.width - 1)
        del self._starts[line + 1 :]
        self._strips = {at: strip for at, strip in self._strips.items() if at < line}
        start = self._starts[line]
        for end in find_breaks(self.text, start, width):
            self._starts.append(end)
        self.virtual_size = Size(width, len(self._starts))
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Break the text again, for the new width."""
        self._lay_out_from(0)
        self._follow_cursor()

    def find_line(self, index: int) -> int:
        """Return the index of the line that holds a character."""
        return bisect_right(self._starts, index) - 1

    def validate_cursor(self, cursor: int) -> int:
        """Return the nearest index in the text."""
        return max(0, min(cursor, len(self.text)))

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the lines of the old and the new cursor again, and scroll to the cursor."""
        for index in (old, new):
            self._strips.pop(self.find_line(min(index, len(self.text))), None)
        if self._follows:
            self._follow_cursor()
        self.post_message(self.Moved(new))

    def watch_colored(self) -> None:
        """Draw all lines again."""
        self._strips.clear()
        self.refresh()

    def _follow_cursor(self) -> None:
        line = Region(0, self.find_line(self.cursor), 1, 1)
        self.scroll_to_region(line, animate=False, force=True)
        self.refresh()

    def action_move(self, characters: int) -> None:
        """Move the cursor along the text."""
        self.cursor += characters
        self._follow_cursor()  # it may stand at that end already, out of sight

    def action_move_lines(self, lines: int) -> None:
        """Move the cursor to the same column of another line."""
        line = self.find_line(self.cursor)
        column = sum(map(_count_cells, self.text[self._starts[line] : self.cursor]))
        target = max(0, min(line + lines, len(self._starts) - 1))
        self.cursor = self._index_at(target, column)
        self._follow_cursor()

    def _index_at(self, line: int, column: int) -> int:
        """Return the index of the character in a column of cells; a wide one has two."""
        start, last = self._starts[line], len(self._starts) - 1
        end = self._starts[line + 1] - 1 if line < last else len(self.text)
        cells = 0
        for index in range(start, end):
            cells += _count_cells(self.text[index])
            if cells > column:
                return index
        return end

    def on_click(self, event: Click) -> None:
        """Move the cursor to the character that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            line = min(offset.y + self.scroll_offset.y, len(self._starts) - 1)
            self.cursor = self._index_at(line, offset.x)

    def render_line(self, y: int) -> Strip:
        """Draw a line, or take it from the cache."""
        line = y + self.scroll_offset.y
        if line >= len(self._starts):
            return Strip.blank(self.size.width, self.get_component_rich_style("text-view--text"))
        strip = self._strips.get(line)
        if strip is None:
            strip = self._strips[line] = self._draw_line(line)
        return strip

    def _draw_line(self, line: int) -> Strip:
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        # Textual caches the styles of components, but computes `rich_style` at every call.
        plain = self.get_component_rich_style("text-view--text")
        cursor = self.get_component_rich_style("text-view--cursor")
        prompt = self.get_component_rich_style("text-view--prompt")
        segments: list[Segment] = []
        for index in range(start, end):
            character = self.text[index]
            style = plain
            if self.colored:
                style = plain + self.scale[self.levels[index]]
            elif index < self.prompt_length:
                style = prompt
            if index == self.cursor:
                style = cursor
            # A line feed takes a cell only under the cursor.
            shown = (" " if index == self.cursor else "") if character == "\n" else character
            segments.append(Segment(" " if shown == "\t" else shown, style))
        if self.cursor == end == len(self.text):
            segments.append(Segment(" ", cursor))
        return Strip(Strip(segments).simplify()).adjust_cell_length(self.size.width, plain)


def _count_cells(character: str) -> int:
    return 1 if character in "\n\t" else cell_len(character)  # a tab is drawn as a blank
