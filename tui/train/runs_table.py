"""The table of the runs on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.message import Message

from charlm.drawing.panels import shorten
from tui.train.runs import COLUMNS
from tui.widgets.table import Table

LONGEST_CELL = 28
"""Cells of the longest name that is shown whole."""
KEPT, LOOKED_AT = "●", "○"
"""Marks of the runs that are drawn: those that are kept, and the one at the cursor."""


class RunsTable(Table):
    """The runs: their task, state, best figure, network, rate and time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tell('draw')", "draw"),
        Binding("enter", "tell('settings')", "its settings into the form", show=False),
        Binding("w", "tell('use')", "write/use"),
        Binding("plus", "tell('more')", "more passes"),
        Binding("r", "tell('rename')", "rename", show=False),
        Binding("e", "tell('note')", "note", show=False),
        Binding("delete", "tell('delete')", "delete", show=False),
        Binding("s", "tell('sort')", "sort", show=False),
    ]

    @dataclass
    class Asked(Message):
        """Something is to be done with the run at the cursor."""

        what: str

    def __init__(self) -> None:
        super().__init__(id="table", cursor_type="row", cell_padding=0)
        self._cells: dict[str, tuple[str, ...]] = {}
        """What the rows show, by the names of their runs."""

    def on_mount(self) -> None:
        """Make the columns."""
        self.add_column("  ", key="mark")
        for name in COLUMNS:
            self.add_column(f"{name} ", key=name)

    def action_tell(self, what: str) -> None:
        """Ask the pane to do something with the run at the cursor."""
        self.post_message(self.Asked(what))

    def show_rows(
        self, rows: Mapping[str, Iterable[str]], letters: Mapping[str, str], chosen: str | None
    ) -> None:
        """Show rows by the names of their runs; those that stay are changed where they stand.

        Args:
            rows: cells of each row.
            letters: what stands before each run that is drawn.
            chosen: run at the cursor.
        """
        wanted = {name: (f"{letters.get(name, ''):<3}", *cells) for name, cells in rows.items()}
        with self.prevent(Table.RowHighlighted):
            if [*wanted] != [*self._cells]:
                self.clear()
                for name, cells in wanted.items():
                    self.add_row(*map(make_cell, cells), key=name)
            else:
                self._change_cells(wanted)
            self._cells = wanted
            if chosen in wanted:
                row = [*wanted].index(chosen)
                if row != self.cursor_row:
                    self.move_cursor(row=row)

    def _change_cells(self, wanted: Mapping[str, tuple[str, ...]]) -> None:
        """Change the cells that show something else now."""
        for row, (name, cells) in enumerate(wanted.items()):
            if cells != self._cells[name]:
                for column, (cell, old) in enumerate(zip(cells, self._cells[name], strict=True)):
                    if cell != old:
                        place = Coordinate(row, column)
                        self.update_cell_at(place, make_cell(cell), update_width=True)


def make_cell(text: str) -> Text:
    """Return a cell of the table; the first one, with the mark, has its own blanks."""
    return Text(text if text.endswith(" ") else f"{shorten(text, LONGEST_CELL)}  ", no_wrap=True)
