"""A translation as a map with a cursor: a step on each line, a word or a unit in each column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui.translate.contents import LETTERS, Map
from tui.translate.drawn_map import DrawnMap, Look
from tui.widgets.long_view import LongView
from tui.widgets.weight_scale import choose_ink, make_scale

MOVES = {"up": (-1, 0, "Step before"), "down": (1, 0, "Next step"), "left": (0, -1, "Word before"),
         "right": (0, 1, "Next word"), "home": (-1000, 0, "First step"),
         "end": (1000, 0, "Last step"), "pageup": (-10, 0, "Ten steps before"),
         "pagedown": (10, 0, "Ten steps on")}  # fmt: skip
"""Rows and columns that a key moves the cursor, and what it is for."""


class HeatMap(LongView, can_focus=True):
    """The steps of a translation, with the attention weight of each word, or the decoder's units.

    The cell at the cursor is marked, and so are its word and its action. The labels of the steps
    and the words stay in sight.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, f"move({rows}, {columns})", text, show=False)
            for key, (rows, columns, text) in MOVES.items()
        ),
        Binding("n", "find_mark(1)", "Next difference", show=False),
        Binding("N", "find_mark(-1)", "Difference before", show=False),
        *(
            Binding(letter, f"show_what('{what}')", f"Show {what}", show=False)
            for letter, what in LETTERS.items()
        ),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "heat-map--mark",
        "heat-map--label",
        "heat-map--quiet",
        "heat-map--wrong",
        "heat-map--low",
        "heat-map--high",
    }

    row: reactive[int] = reactive(0)
    """Index of the step at the cursor."""
    column: reactive[int] = reactive(0)
    """Index of the word or unit at the cursor."""
    shown: reactive[int | None] = reactive(None)
    """Number of steps that are shown, from the first on; None shows all."""

    @dataclass
    class Moved(Message):
        """The cursor has moved to another step or word, or the lines have."""

        heat_map: HeatMap

        @property
        def control(self) -> HeatMap:
            """The map whose cursor has moved."""
            return self.heat_map

    @dataclass
    class Left(Message):
        """The user goes up from the first step."""

        heat_map: HeatMap

    @dataclass
    class Asked(Message):
        """The user wants to see something else: the attention, or a field of the units."""

        heat_map: HeatMap
        what: str

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.map = Map()
        self._drawn = DrawnMap(self.map, 0)
        self._silent = False

    def show_map(self, found: Map) -> None:
        """Draw another map, without a message; the cursor keeps its place if there is that cell."""
        with self._silence():
            self.map = found
            self._lay_out()
            self.column = self.validate_column(self.column)
            self.row = self.validate_row(self.row)

    def begin_again(self) -> None:
        """Show the first step alone, if the steps are shown one by one."""
        with self._silence():
            self.shown = None if self.shown is None else 1

    def follow(self, leader: HeatMap) -> None:
        """Go to the step that another map is at, with the same lines in sight, without a message.

        Maps of the same words also have the cursor at the same word.
        """
        with self._silence():
            self.shown, self.row = leader.shown, leader.row
            if self.map.states is None and leader.map.states is None:
                self.column = leader.column
            # A lower map, such as that of a tab, cannot have all those lines in sight.
            first = max(leader.scroll_offset.y, self.row - self.size.height + 2)
            self.scroll_to(y=first, animate=False, force=True, immediate=True)

    @contextmanager
    def _silence(self) -> Iterator[None]:
        """Post no message of a change that the user did not make in this map."""
        before, self._silent = self._silent, True
        try:
            yield
        finally:
            self._silent = before

    def on_resize(self, event: Resize) -> None:
        """Leave out the names of the actions where there is no room for them."""
        self._lay_out()

    def _lay_out(self) -> None:
        self._drawn = DrawnMap(self.map, self.size.width)
        self.hold(Size(self._drawn.width, len(self.map.rows) + 1))
        self.refresh()

    def validate_row(self, row: int) -> int:
        """Return the nearest step that is shown."""
        steps = len(self.map.rows)
        shown = steps if self.shown is None else self.shown
        return max(0, min(row, min(shown, steps) - 1))

    def validate_column(self, column: int) -> int:
        """Return the nearest word or unit."""
        return max(0, min(column, self.map.columns - 1))

    def watch_row(self) -> None:
        """Scroll to the cursor."""
        self._follow_cursor()

    def watch_column(self) -> None:
        """Scroll to the cursor."""
        self._follow_cursor()

    def watch_shown(self) -> None:
        """Move the cursor off a step that is now hidden."""
        self.row = self.validate_row(self.row)
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that the lines have moved."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._tell()

    def _follow_cursor(self) -> None:
        left, width = self._drawn.find_cell(self.column)
        # The words stand on the first line of the widget, and the labels at its left edge.
        cell = Region(left, self.row, self._drawn.margin + width, 2)
        self.scroll_to_region(cell, animate=False, force=True)
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        if not self._silent:
            self.post_message(self.Moved(self))

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; show the next step if the cursor moves down to it.

        Above the first step is the command.
        """
        if rows == -1 and self.row == 0:
            self.post_message(self.Left(self))
        if self.shown is not None and rows == 1 and self.row + 1 >= self.shown:
            self.shown = min(self.shown + 1, len(self.map.rows))
        self.row += rows
        self.column += columns

    def action_find_mark(self, direction: int) -> None:
        """Move the cursor to the next step, or the one before, that has a mark."""
        marked = [number for number, row in enumerate(self.map.rows) if row.mark]
        beyond = [number for number in marked if (number - self.row) * direction > 0]
        if beyond:
            self.row = min(beyond, key=lambda number: abs(number - self.row))

    def action_show_what(self, what: str) -> None:
        """Ask for the attention, or for a field of the units."""
        self.post_message(self.Asked(self, what))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the cell that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None or not self.map.rows:
            return
        if offset.y:
            self.row = offset.y - 1 + self.scroll_offset.y
        if offset.x >= self._drawn.margin:
            self.column = self._drawn.find_column(offset.x + self.scroll_offset.x)

    def render_line(self, y: int) -> Strip:
        """Draw a line: the words on the first line, which does not scroll, then the steps."""
        left, top = self.scroll_offset
        width, margin = self.size.width, self._drawn.margin
        row = top + y - 1
        look, here = self._look(), row == self.row
        if y == 0:
            head = [Segment(" " * margin, look.label)]
            cells = [*self._drawn.draw_head(look, self.column, left)]
        elif 0 <= row < len(self.map.rows) and (self.shown is None or row < self.shown):
            head = [*self._drawn.draw_label(row, look, here)]
            cells = [*self._drawn.draw_cells(row, look, self.column if here else None)]
        else:
            return Strip.blank(width, look.label)
        body = Strip(cells).crop_extend(left, left + max(0, width - margin), look.label)
        return Strip([*head, *body]).adjust_cell_length(width, look.label)

    def _look(self) -> Look:
        style = self.get_component_rich_style  # Textual caches these styles
        names = ("label", "quiet", "mark", "wrong", "low", "high")
        styles = {name: style(f"heat-map--{name}") for name in names}
        behind_mark = styles["mark"].bgcolor
        if behind_mark is not None:
            styles["mark"] += Style(color=choose_ink(behind_mark.get_truecolor().hex))
        dark = self.app.current_theme.dark
        ground = self.background_colors[1]
        solid = ground.ansi is None and ground.a == 1
        behind = ground.hex if solid else ("#000000" if dark else "#ffffff")
        return Look(**styles, scale=make_scale(behind, dark))
