"""The table of classified texts, which can be written as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable

from charlm.console.program import format_name
from tui.classify.judging import ClassifiedText
from tui.strangers import format_label

BEGINNING = 200
"""Characters of a text that a row shows."""


class ReviewTable(DataTable[Text]):
    """A table of classified texts: those that were typed, or those of a file."""

    @dataclass
    class Chosen(Message):
        """The user chose a row."""

        result: ClassifiedText

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)
        self.results: list[ClassifiedText] = []
        self.growing = False
        """Whether the last row is the text that is being typed."""

    def on_mount(self) -> None:
        """Add the columns."""
        self.add_columns("label", "probability", "text")

    def add(self, results: Sequence[ClassifiedText]) -> None:
        """Append a row for each result."""
        self.results += results
        self.add_rows(map(_format_row, results))

    def holds(self, text: str) -> bool:
        """Return whether a row has exactly this text."""
        return any(one.text == text for one in self.results)

    def remember(self, result: ClassifiedText) -> None:
        """Append a text that was typed, or give the row that has it already its new label.

        A text that continues the one typed just before replaces it, unless `settle` was called.
        """
        for place, one in enumerate(self.results):
            if one.text == result.text:
                self._replace(place, result)
                return
        if self.growing and result.text.startswith(self.results[-1].text):
            self._replace(len(self.results) - 1, result)
        else:
            self.add([result])
            self.move_cursor(row=len(self.results) - 1)
        self.growing = True

    def settle(self) -> None:
        """Have the next text that is typed become a row of its own."""
        self.growing = False

    def _replace(self, place: int, result: ClassifiedText) -> None:
        self.results[place] = result
        for column, cell in enumerate(_format_row(result)):
            self.update_cell_at(Coordinate(place, column), cell, update_width=True)

    def empty(self) -> None:
        """Remove all rows."""
        self.growing = False
        self.results.clear()
        self.clear()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Post a message with the text of the row that was chosen."""
        event.stop()
        if event.cursor_row < len(self.results):
            self.post_message(self.Chosen(self.results[event.cursor_row]))

    def csv(self) -> bytes:
        """Return text, label and probability of every row as a CSV file."""
        out = io.StringIO(newline="")
        rows = csv.writer(out)
        rows.writerow(("text", "label", "probability"))
        rows.writerows((one.text, one.label, one.probability) for one in self.results)
        return out.getvalue().encode("utf-8", "replace")


def _format_row(result: ClassifiedText) -> tuple[Text, Text, Text]:
    share = "–" if result.probability is None else f"{result.probability:.1%}"
    beginning = " ".join(result.text[:BEGINNING].split())
    label = Text(format_name(result.label or "–"))
    return label, Text(share, justify="right"), format_label(beginning)
