"""A text that grows, drawn line by line, with a cursor and optional colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Key, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from charlm.console.program import printable
from tui.generate.line_drawing import Marks, Painter, Styles
from tui.generate.text_layout import TextLayout
from tui.widgets.long_view import LongView


class TextView(LongView, can_focus=True):
    """A text in lines that break between words; each character has a level that can colour it.

    A drawn line is cached until it changes, and only visible lines are drawn.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Back", show=False),
        Binding("right", "move(1)", "Forward", show=False),
        Binding("up", "move_lines(-1)", "Line up", show=False),
        Binding("down", "move_lines(1)", "Line down", show=False),
        Binding("pageup", "move_page(-1)", "Page up", show=False),
        Binding("pagedown", "move_page(1)", "Page down", show=False),
        Binding("home,ctrl+home", "move(-1000000000)", "Beginning", show=False),
        Binding("end,ctrl+end", "move(1000000000)", "End", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-view--text",
        "text-view--cursor",
        "text-view--prompt",
        "text-view--found",
        "text-view--hint",
    }

    cursor: reactive[int] = reactive(0, repaint=False)
    """Index of the character at the cursor; at the end of the text it is the length of the text."""
    colored: reactive[bool] = reactive(False)
    """Whether the level of a character sets its colour."""
    joined: reactive[bool] = reactive(False)
    """Whether single line ends are joined, for reading."""
    typing: reactive[bool] = reactive(False)
    """Whether characters that are typed are asked for, and are not keys."""

    @dataclass
    class Moved(Message):
        """The cursor has moved."""

        cursor: int
        """Index of the character at the cursor now."""

    @dataclass
    class Typed(Message):
        """A character was typed; "" takes one back."""

        character: str

    def __init__(self, scale: Iterable[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.scale = [*map(Style.parse, scale)]
        self.lines = TextLayout()
        self.levels = bytearray()
        """Level of each character: an index into `scale`."""
        self.prompt_length = 0
        self.hint = ""
        """What is shown while there is no text."""
        self._marks = Marks()
        self._strips: dict[int, Strip] = {}
        self._follows = True
        """Whether the view scrolls to a cursor that moves."""

    @property
    def text(self) -> str:
        """The text, without control characters."""
        return self.lines.text

    def use_scale(self, scale: Iterable[str]) -> None:
        """Use another style for each level."""
        self.scale = [*map(Style.parse, scale)]
        self._draw_again()

    def mark(self, places: Sequence[int], length: int) -> None:
        """Mark parts of a length that begin at some places, in rising order."""
        self._marks = Marks(places, length)
        self._draw_again()

    def _draw_again(self, line: int = 0) -> None:
        self._forget(line)
        self.draw_from(line)

    def _forget(self, line: int) -> None:
        """Drop what was drawn of the lines from one on."""
        for at in [at for at in self._strips if at >= line]:
            del self._strips[at]

    def show_levels(self, levels: Iterable[int]) -> None:
        """Use other levels for the same text."""
        self.levels = bytearray(levels)
        self._draw_again()

    def color(self, start: int, levels: Sequence[int]) -> None:
        """Use other levels from a character on."""
        self.levels[start : start + len(levels)] = bytes(levels)
        if self.colored:
            self._draw_again(self.lines.find_line(start))

    def show_text(self, text: str, levels: Iterable[int], prompt_length: int) -> None:
        """Show another text, with the cursor at its end.

        Args:
            text: text to show.
            levels: level of each character.
            prompt_length: number of characters at the beginning that are the prompt.
        """
        self.levels, self.prompt_length = bytearray(levels), prompt_length
        self._marks = Marks()
        self.lines.show(printable(text))
        self._show_lines(0)
        self.cursor = len(self.text)
        self._follow_cursor()

    def extend(self, text: str, levels: Iterable[int]) -> None:
        """Append characters, with their levels; a cursor at the end stays at the end.

        Who has scrolled back to read stays there; the end is followed only while it can be seen.
        """
        at_end = self.cursor == len(self.text)
        height = self.scrollable_content_region.height
        self._follows = self.scroll_target_y + height >= len(self.lines)
        self.levels.extend(levels)
        self._show_lines(self.lines.extend(printable(text)))
        if at_end:
            self.cursor = len(self.text)
        self._follows = True

    def _show_lines(self, line: int) -> None:
        """Draw the lines again from one on; their number may have changed."""
        self._forget(line)
        self.hold(Size(self.lines.width, len(self.lines)), line)

    def _lay_out(self) -> None:
        """Break the text again, for the width of now."""
        # One cell is left for the cursor at the end of the text.
        self.lines.lay_out(self.scrollable_content_region.width - 1, joined=self.joined)
        self._show_lines(0)
        self._follow_cursor()

    def on_resize(self, event: Resize) -> None:
        """Break the text again, for the new width."""
        if self.scrollable_content_region.width - 1 != self.lines.width:
            self._lay_out()

    def watch_joined(self) -> None:
        """Break the text again."""
        self._lay_out()

    def validate_cursor(self, cursor: int) -> int:
        """Return the nearest index in the text."""
        return max(0, min(cursor, len(self.text)))

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the lines of the old and the new cursor again, and scroll to the cursor."""
        for index in (old, new):
            line = self.lines.find_line(min(index, len(self.text)))
            self._strips.pop(line, None)
            self.draw_from(line, 1)
        if self._follows:
            self._follow_cursor()
        self.post_message(self.Moved(new))

    def watch_colored(self) -> None:
        """Draw all lines again."""
        self._draw_again()

    def _follow_cursor(self) -> None:
        line = Region(0, self.lines.find_line(self.cursor), 1, 1)
        self.scroll_to_region(line, animate=False, force=True)

    def action_move(self, characters: int) -> None:
        """Move the cursor along the text."""
        self.cursor += characters
        self._follow_cursor()  # it may stand at that end already, out of sight

    def action_move_lines(self, lines: int) -> None:
        """Move the cursor to the same column of another line."""
        target = self.lines.find_line(self.cursor) + lines
        column = self.lines.find_column(self.cursor)
        self.cursor = self.lines.index_at(max(0, min(target, len(self.lines) - 1)), column)
        self._follow_cursor()

    def action_move_page(self, pages: int) -> None:
        """Move the cursor as many lines as can be seen, but for one."""
        self.action_move_lines(pages * max(1, self.scrollable_content_region.height - 1))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the character that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            line = min(offset.y + self.scroll_offset.y, len(self.lines) - 1)
            self.cursor = self.lines.index_at(line, offset.x)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key is a character to type, and no key of the pane."""
        return self.typing and (key in ("enter", "backspace") or _is_typed(character))

    def on_key(self, event: Key) -> None:
        """Ask for a character that was typed, in step mode."""
        if self.check_consume_key(event.key, event.character):
            event.stop()
            event.prevent_default()
            typed = {"enter": "\n", "backspace": ""}.get(event.key, event.character or "")
            self.post_message(self.Typed(typed))

    def render_line(self, y: int) -> Strip:
        """Draw a line, or take it from the cache."""
        line = y + self.scroll_offset.y
        if line >= len(self.lines):
            return Strip.blank(self.size.width, self.get_component_rich_style("text-view--text"))
        strip = self._strips.get(line)
        if strip is None:
            strip = self._strips[line] = self._draw_line(line)
        return strip

    def _draw_line(self, line: int) -> Strip:
        # Textual caches the styles of components, but computes `rich_style` at every call.
        names = ("text", "cursor", "prompt", "found", "hint")
        styles = Styles(*(self.get_component_rich_style(f"text-view--{name}") for name in names))
        scale = self.scale if self.colored else None
        painter = Painter(styles, scale, self.levels, self._marks, self.prompt_length, self.cursor)
        segments = painter.draw(self.lines, line)
        if not self.text:
            segments.append(Segment(f" {self.hint}", styles.hint))
        return Strip(Strip(segments).simplify()).adjust_cell_length(self.size.width, styles.text)


def _is_typed(character: str | None) -> bool:
    return character is not None and len(character) == 1 and character.isprintable()
