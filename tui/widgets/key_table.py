"""The keys that the user can change, all in one widget: a widget for each takes long to open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Blur, Click, Focus, Key, Paste
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from charlm.console.program import format_name
from tui.keys import KEYS

NAME, VALUE = 12, 24
"""Cells of what a key does, and of its name."""
LONGEST = 40
"""Characters of the name of a key that can be typed."""
CARET = "▏"


class KeyTable(Widget, can_focus=True):
    """A line for each key: arrows choose one, and another name can be typed for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "go(-1)", "key above", show=False),
        Binding("down", "go(1)", "key below", show=False),
        Binding("home", "go(-1000)", "first key", show=False),
        Binding("end", "go(1000)", "last key", show=False),
        Binding("backspace", "erase", "erase what was typed last", show=False),
        Binding("delete", "reset", "the usual key again", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "keys--name", "keys--value", "keys--changed", "keys--meaning", "keys--cursor",
    }  # fmt: skip
    DEFAULT_CSS = """
    KeyTable {
        height: auto;
        & > .keys--changed { text-style: bold; color: $text-accent; }
        & > .keys--meaning { color: $text-muted; }
        & > .keys--cursor { background: $primary 30%; }
    }
    """

    row: reactive[int] = reactive(0)
    """Number of the line that is chosen."""

    def __init__(self, changed: Mapping[str, str], *, id: str | None = None) -> None:
        """Show all keys.

        Args:
            changed: names of keys that are not the usual ones, by what they do.
            id: id of the widget.
        """
        super().__init__(id=id)
        self.typed = {name: changed.get(name, known.key) for name, known in KEYS.items()}
        """Names of the keys as they are typed, by what they do."""
        self._typing = False

    @property
    def changed(self) -> dict[str, str]:
        """The names that are not the usual ones, by what the keys do."""
        names = {name: typed.strip() for name, typed in self.typed.items()}
        return {name: typed for name, typed in names.items() if typed != KEYS[name].key}

    @property
    def chosen(self) -> str:
        """What the key in the chosen line does."""
        return [*self.typed][self.row]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return a line for each key."""
        return len(self.typed)

    def render_line(self, y: int) -> Strip:
        """Draw a line: what the key does, its name, and what that means."""
        if not 0 <= y < len(self.typed):
            return Strip.blank(self.size.width, self.rich_style)
        name = [*self.typed][y]
        at = y == self.row and self.has_focus
        shown, usual = format_name(self.typed[name]), KEYS[name].key
        if at and self._typing:
            shown = f"{shown[-VALUE + 2 :]}{CARET}"
        value = "keys--value" if shown == usual else "keys--changed"
        parts = (
            (set_cell_size(name, NAME), self._pick_style("keys--name", at=at)),
            (set_cell_size(shown, VALUE), self._pick_style(value, at=at)),
            (f"  {KEYS[name].meaning}", self._pick_style("keys--meaning", at=False)),
        )
        strip = Strip([Segment(text, style) for text, style in parts])
        return strip.adjust_cell_length(self.size.width, self.rich_style)

    def _pick_style(self, part: str, *, at: bool) -> Style:
        found = self.get_component_rich_style(part)
        if not at:
            return found
        return found + Style(bgcolor=self.get_component_rich_style("keys--cursor").bgcolor)

    def watch_row(self) -> None:
        """Bring the chosen line into view."""
        self._typing = False
        self._show_row()

    def on_focus(self, event: Focus) -> None:
        """Show where the next character goes."""
        self._show_row()

    def on_blur(self, event: Blur) -> None:
        """Let the next character begin a new name."""
        self._typing = False
        self.refresh()

    def _show_row(self) -> None:
        self.refresh()
        if self.is_mounted and self.has_focus:
            line = Region(0, self.virtual_region.y + self.row, self.size.width, 1)
            self.call_after_refresh(self._bring_into_view, line)

    def _bring_into_view(self, line: Region) -> None:
        if isinstance(self.parent, Widget):
            self.parent.scroll_to_region(line, animate=False)

    def action_go(self, steps: int) -> None:
        """Choose another line."""
        self.row = max(0, min(self.row + steps, len(self.typed) - 1))

    def action_erase(self) -> None:
        """Erase the last character."""
        self._take(self.typed[self.chosen][:-1])

    def action_reset(self) -> None:
        """Take the usual key again."""
        self._take(KEYS[self.chosen].key)
        self._typing = False

    def on_key(self, event: Key) -> None:
        """Take a character of a name; the first one begins a new name."""
        if event.character is not None and event.is_printable:
            event.stop()
            event.prevent_default()
            self._take((self.typed[self.chosen] if self._typing else "") + event.character)

    def on_paste(self, event: Paste) -> None:
        """Take the first line of what is pasted."""
        event.stop()
        for line in event.text.strip().splitlines()[:1]:
            self._take(line)

    def _take(self, typed: str) -> None:
        self._typing = True
        self.typed[self.chosen] = typed[:LONGEST]
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Choose the line that is clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.typed):
            self.row = offset.y
