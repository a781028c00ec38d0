"""A table of classified reviews, of which only the rows on the screen are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui.classify.inks import pick_inks
from tui.classify.row_lines import Column, choose_columns, draw_head, draw_row
from tui.classify.rows import Row, Rows
from tui.keys import bind
from tui.widgets.long_view import LongView


class ReviewTable(LongView, can_focus=True):
    """A table of reviews: those that were typed, or those of a file.

    Textual's DataTable takes seconds to sort 25,000 rows, because it makes cells of all of them.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("home", "move(-10000000)", "first row", show=False),
        Binding("end", "move(10000000)", "last row", show=False),
        Binding("left,right", "switch", "typed/opened", show=False, tooltip="typed or opened"),
        Binding("enter", "choose", "open", tooltip="put the review where one types"),
        Binding("s", "sort", "sort", tooltip="sort by another column"),
        bind("find", "filter", "filter"),
        Binding("f", "wrong", "only wrong", tooltip="only the wrong ones, or all"),
        Binding("d", "differ", "only ≠", show=False, tooltip="only where two classifiers differ"),
        Binding("delete", "forget", "forget", show=False, tooltip="remove the typed review"),
        Binding("shift+delete", "empty", "empty", show=False, tooltip="empty the table"),
    ]

    cursor: reactive[int] = reactive(0)
    """Place of the chosen row among those that are shown."""

    @dataclass
    class Previewed(Message):
        """The cursor is on another row."""

        row: Row

    @dataclass
    class Chosen(Message):
        """The user chose a row."""

        row: Row

    @dataclass
    class Asked(Message):
        """A key asks for something that the panel does, such as sorting or filtering."""

        what: str

    def __init__(self, rows: Rows, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = rows
        self.classes_of: Sequence[str] = ()
        """Names of the classes."""
        self.second: str | None = None
        """Name of the second classifier, if there is one."""
        self.hint = ""
        """What is said while there are no rows."""

    @property
    def results(self) -> list[Row]:
        """All rows, in the order of the file."""
        return self.rows.all

    @property
    def row(self) -> Row | None:
        """The row at the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def on_mount(self) -> None:
        """Draw in the colours of another theme when that changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.refresh())
        self.update()

    def update(self) -> None:
        """Draw anew: rows have come, gone or changed."""
        self.hold(Size(self.size.width, len(self.rows) + 1))
        self.cursor = min(self.cursor, max(0, len(self.rows) - 1))
        self.refresh()

    def add(self, rows: Iterable[Row]) -> None:
        """Append rows. The cursor stays on its row where those sort in before it."""
        kept = self.row
        self.rows.add(rows)
        self.keep(kept)

    def keep(self, row: Row | None) -> None:
        """Draw anew, with the cursor on a row that may have moved; without a message."""
        place = None
        if row is not None and row.number <= len(self.rows.all):
            place = self.rows.find(row.number - 1)
        if place is not None:
            self.set_reactive(ReviewTable.cursor, place)
        self.update()

    def move_cursor(self, *, row: int) -> None:
        """Move the cursor to the row at a place."""
        self.cursor = min(max(row, 0), max(0, len(self.rows) - 1))

    def watch_cursor(self) -> None:
        """Show the row of the cursor."""
        top, height = round(self.scroll_offset.y), max(1, self.size.height - 1)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Draw the columns for another width."""
        self.update()
        self.watch_cursor()

    # Keys and mouse

    def action_move(self, rows: int) -> None:
        """Move the cursor, and preview the row."""
        self.move_cursor(row=self.cursor + rows)
        self._preview()

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is on the screen."""
        self.action_move(pages * max(1, self.size.height - 2))

    def _preview(self) -> None:
        if self.row is not None:
            self.post_message(self.Previewed(self.row))

    def action_choose(self) -> None:
        """Choose the row at the cursor."""
        if self.row is not None:
            self.post_message(self.Chosen(self.row))

    def on_click(self, event: Click) -> None:
        """Preview the row that was clicked; a second click chooses it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0:
            return
        place = offset.y - 1 + round(self.scroll_offset.y)
        if place < len(self.rows):
            self.move_cursor(row=place)
            self._preview()
            if event.chain == 2:
                self.action_choose()

    def action_switch(self) -> None:
        """Ask for the other table."""
        self.post_message(self.Asked("switch"))

    def action_sort(self) -> None:
        """Ask for another order."""
        self.post_message(self.Asked("sort"))

    def action_filter(self) -> None:
        """Ask for a filter."""
        self.post_message(self.Asked("filter"))

    def action_wrong(self) -> None:
        """Ask for the wrong ones."""
        self.post_message(self.Asked("wrong"))

    def action_differ(self) -> None:
        """Ask for those on which two classifiers differ."""
        self.post_message(self.Asked("differ"))

    def action_forget(self) -> None:
        """Ask for the row to be removed."""
        self.post_message(self.Asked("forget"))

    def action_empty(self) -> None:
        """Ask for the table to be emptied."""
        self.post_message(self.Asked("empty"))

    # Drawing

    @property
    def room(self) -> int:
        """Columns beside the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def columns(self) -> list[Column]:
        """The columns that fit."""
        labelled = any(row.truth is not None for row in self.rows.all[:1])
        return choose_columns(
            self.classes_of, len(self.rows.all), self.room, labelled=labelled,
            second=self.second,
        )  # fmt: skip

    def render_line(self, y: int) -> Strip:
        """Draw the line at `y`: the head, or a row."""
        width = self.room
        inks = pick_inks(dark=self.app.current_theme.dark)
        style = self.rich_style
        if not len(self.rows):
            return self._draw_hint(y, width, style)
        if y == 0:
            return self._make_strip(draw_head(self.columns, width, inks), width, style)
        place = y - 1 + round(self.scroll_offset.y)
        if place >= len(self.rows):
            return Strip.blank(width, style)
        line = draw_row(self.rows[place], self.columns, width, self.classes_of, inks)
        if place == self.cursor:
            line = Text("▸ ").append(line[2:])
            if self.has_focus:
                line = Text(line.plain)
                style = style + self.get_component_rich_style("table--cursor")
            else:
                line.stylize("bold", 0, 2)
        return self._make_strip(line, width, style)

    def _draw_hint(self, y: int, width: int, style: Style) -> Strip:
        inks = pick_inks(dark=self.app.current_theme.dark)
        lines = Text(self.hint, inks.muted).wrap(self.app.console, max(8, width))
        line = lines[y] if y < len(lines) else Text()
        return self._make_strip(line, width, style)

    def _make_strip(self, line: Text, width: int, style: Style) -> Strip:
        segments = Segment.apply_style(line.render(self.app.console), style)
        strip = Strip(one for one in segments if one.text != "\n")
        return strip.adjust_cell_length(width, style)
