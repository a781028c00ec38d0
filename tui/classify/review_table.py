"""Texts that were classified, in a table that can be written as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.message import Message
from textual.widgets import DataTable

from charlm.console.program import printable
from tui.classify.judging import Judged

BEGINNING = 200
"""Characters of a text that a row shows."""


class ReviewTable(DataTable[Text]):
    """What was classified: the history of what was typed, or the texts of a file."""

    @dataclass
    class Chosen(Message):
        """A row was chosen."""

        judged: Judged

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)
        self.judged: list[Judged] = []

    def on_mount(self) -> None:
        """Name the columns."""
        self.add_columns("label", "probability", "text")

    def add(self, judged: Sequence[Judged]) -> None:
        """Put rows at the end."""
        self.judged += judged
        self.add_rows(map(_cells, judged))

    def remember(self, judged: Judged) -> None:
        """Put what was typed at the end; if it only goes on from the last row, instead of that."""
        last = self.judged[-1] if self.judged else None
        if last is not None and last.text == judged.text:
            return
        if last is not None and judged.text.startswith(last.text):
            self.judged.pop()
            self.remove_row(self.ordered_rows[-1].key)
        self.add([judged])
        self.move_cursor(row=len(self.judged) - 1)

    def empty(self) -> None:
        """Remove all rows."""
        self.judged.clear()
        self.clear()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Say which text was chosen."""
        event.stop()
        if event.cursor_row < len(self.judged):
            self.post_message(self.Chosen(self.judged[event.cursor_row]))

    def csv(self) -> bytes:
        """Return text, label and probability of every row as a CSV file."""
        out = io.StringIO(newline="")
        rows = csv.writer(out)
        rows.writerow(("text", "label", "probability"))
        rows.writerows((one.text, one.label, one.probability) for one in self.judged)
        return out.getvalue().encode("utf-8", "replace")


def _cells(judged: Judged) -> tuple[Text, Text, Text]:
    share = "–" if judged.probability is None else f"{judged.probability:.1%}"
    beginning = " ".join(judged.text[:BEGINNING].split())
    label = printable(judged.label or "–")
    return Text(label), Text(share, justify="right"), Text(printable(beginning), no_wrap=True)
