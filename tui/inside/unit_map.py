"""Units over time: a row for each unit, a column for each character, word or step."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.inside.excerpts import write_label
from tui.inside.map_columns import Columns
from tui.inside.map_rows import MapRows
from tui.inside.palette import make_palette
from tui.inside.sights import Sight

PAGE = 10
"""Rows or columns of a page."""


class UnitMap(Widget, can_focus=True):
    """The values of units as heights, with colours and signs, and a cursor on one of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(0, -1)", "one back", show=False),
        Binding("right", "move(0, 1)", "one on", show=False),
        Binding("up", "move(-1, 0)", "unit above", show=False),
        Binding("down", "move(1, 0)", "unit below", show=False),
        Binding("pageup", f"move(-{PAGE}, 0)", "ten units up", show=False),
        Binding("pagedown", f"move({PAGE}, 0)", "ten units down", show=False),
        Binding("ctrl+left", f"move(0, -{PAGE})", "ten back", show=False),
        Binding("ctrl+right", f"move(0, {PAGE})", "ten on", show=False),
        Binding("home", "move(0, -1000000000)", "beginning", show=False),
        Binding("end", "move(0, 1000000000)", "end", show=False),
        Binding("left_square_bracket", "ask('layer', -1)", "layer", key_display="["),
        Binding("right_square_bracket", "ask('layer', 1)", "layer above", key_display="]",
                show=False),
        Binding("c", "ask('field', 'c')", "cell c", show=False),
        Binding("h", "ask('field', 'h')", "hidden state h", show=False),
        Binding("i", "ask('field', 'i')", "input gate i (reset gate of a GRU)", show=False),
        Binding("f", "ask('field', 'f')", "forget gate f (update gate of a GRU)", show=False),
        Binding("o", "ask('field', 'o')", "output gate o", show=False),
        Binding("g", "ask('field', 'g')", "candidate g", show=False),
        Binding("s", "ask('order', 1)", "sort"),
        Binding("p", "ask('pin', 1)", "pin"),
    ]  # fmt: skip
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "unit-map--label",
        "unit-map--mark",
    }
    DEFAULT_CSS = """
    UnitMap {
        height: 1fr; width: 1fr;
        & > .unit-map--label { color: $foreground; }
        & > .unit-map--mark { color: $text-warning; text-style: bold; }
    }
    """

    @dataclass
    class Moved(Message):
        """The cursor has moved."""

        place: int
        """Place of the text at the cursor."""
        unit: int
        """Unit at the cursor."""

    @dataclass
    class Asked(Message):
        """A key has asked for something else to be shown."""

        what: str
        """layer, field, order or pin."""
        value: str | int
        """How many layers or orders further, or the key of a field."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.sight: Sight | None = None
        self.depth, self.quantity = 0, "hidden"
        self.units: Sequence[int] = ()
        """The units, from the top row down."""
        self.pinned: Collection[int] = ()
        self.place, self.unit = 0, 0
        self.columns = Columns((), 0)
        self.top = 0
        """Index of the unit in the first row that is seen."""
        self._rows: MapRows | None = None

    def on_mount(self) -> None:
        """Choose colours again when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._redraw())

    def _redraw(self) -> None:
        """Draw all rows anew."""
        self._rows = None
        self.refresh()

    def show_sight(
        self, sight: Sight, layer: int, quantity: str, units: Sequence[int], pinned: Collection[int]
    ) -> None:
        """Show other values; the cursor stays.

        Args:
            sight: what is seen of the model.
            layer: the layer, from 0.
            quantity: the field of its units.
            units: the units, from the top row down.
            pinned: those that are pinned.
        """
        if sight is not self.sight:
            labels = [write_label(label) for label in sight.labels]
            self.columns = Columns(labels, sight.start, self.columns.left)
        self.sight, self.depth, self.quantity = sight, layer, quantity
        self.units, self.pinned = units, pinned
        self._rows = None
        self._keep_in_view()

    def move_to(self, place: int, unit: int) -> None:
        """Move the cursor, without a message."""
        self.place, self.unit = place, unit
        self._keep_in_view()

    @property
    def rows(self) -> int:
        """Rows of units that are seen."""
        return max(0, self.size.height - 1)

    @property
    def margin(self) -> int:
        """Cells before the first column: a mark, the number of a unit, another mark."""
        last = len(str(max(self.units, default=0)))
        return max(3, last) + 3

    def _keep_in_view(self) -> None:
        if self.unit in self.units and self.rows:
            at = self.units.index(self.unit)
            if not self.top - 1 <= at <= self.top + self.rows:  # it jumped
                self.top = at - self.rows // 2
            self.top = max(at - self.rows + 1, min(self.top, at))
        self.top = max(0, min(self.top, len(self.units) - self.rows))
        left = self.columns.left
        self.columns.keep_in_view(self.place, self.size.width - self.margin)
        if self.columns.left != left:
            self._rows = None
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Show what is around the cursor, however the window came to its size."""
        self._rows = None
        width = self.size.width - self.margin
        if self.columns.labels and width > 0:
            self.columns.show_around(min(self.place, self.columns.end - 1), width)
        if self.unit in self.units:
            self.top = self.units.index(self.unit) - self.rows // 2
        self._keep_in_view()

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor by rows and columns, and say so."""
        if self.sight is None or not self.units:
            return
        at = self.units.index(self.unit) if self.unit in self.units else 0
        unit = self.units[max(0, min(at + rows, len(self.units) - 1))]
        place = max(0, min(self.place + columns, self.sight.total - 1))
        self._go(place, unit)

    def _go(self, place: int, unit: int) -> None:
        if (place, unit) != (self.place, self.unit):
            self.move_to(place, unit)
            self.post_message(self.Moved(place, unit))

    def action_ask(self, what: str, value: str | int) -> None:
        """Ask for something else to be shown."""
        self.post_message(self.Asked(what, value))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the cell, the unit or the label that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None or self.sight is None:
            return
        row = self.top + offset.y - 1
        unit = self.units[row] if offset.y and row < len(self.units) else self.unit
        place = self.columns.find_place(offset.x - self.margin)
        self._go(self.place if place is None else place, unit)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Show units further down."""
        event.stop()
        self.action_move(3, 0)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Show units further up."""
        event.stop()
        self.action_move(-3, 0)

    def render_line(self, y: int) -> Strip:
        """Draw a line: the labels on the first one, then the units."""
        label = self.get_component_rich_style("unit-map--label")
        width = self.size.width
        row = self.top + y - 1
        if self.sight is None or (y and row >= len(self.units)):
            return Strip.blank(width, label)
        strip = self._draw_unit(self.units[row]) if y else Strip(self._draw_labels())
        return strip.adjust_cell_length(width, label)

    def _draw_labels(self) -> Iterator[Segment]:
        label = self.get_component_rich_style("unit-map--label")
        mark = self.get_component_rich_style("unit-map--mark") + Style(reverse=True)
        yield Segment(" " * self.margin, label)
        for place, text, width in self.columns.visible(self.size.width - self.margin):
            shown = text if cell_len(text) < width else set_cell_size(text, width - 2) + "…"
            style = mark if place == self.place else label
            yield Segment(shown or " ", style)
            yield Segment(" " * (width - max(1, cell_len(shown))), label)

    def _draw_unit(self, unit: int) -> Strip:
        """Return the row of a unit, with the cursor in it."""
        rows = self._find_rows()
        width = self.size.width - self.margin
        row = rows.get(unit)
        if row is None:
            assert self.sight is not None
            values = self.sight.scale(self.depth, self.quantity)[:, unit]
            row = rows.draw(unit, values, self.columns, width)
        label = self.get_component_rich_style("unit-map--label")
        mark = self.get_component_rich_style("unit-map--mark")
        chosen, pinned = unit == self.unit, unit in self.pinned
        name = f"{'▸' if chosen else ' '}{unit:0{self.margin - 3}}"
        head = [
            Segment(name, mark if chosen else label),
            Segment("● " if pinned else "  ", mark if pinned else label),
        ]
        cells = self.columns.find_cells(self.place, width)
        return Strip.join([Strip(head), *rows.put_cursor(row, cells, chosen=chosen)])

    def _find_rows(self) -> MapRows:
        if self._rows is None:
            label = self.get_component_rich_style("unit-map--label")
            self._rows = MapRows(label, make_palette(self.background_colors[1]))
        return self._rows
