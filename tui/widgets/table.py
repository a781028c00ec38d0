"""A table whose columns are as wide as what stands in them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.widgets import DataTable
from textual.widgets.data_table import RowKey


class Table(DataTable[Text]):
    """A `DataTable` that is drawn anew once its columns are measured.

    Textual measures columns when it is idle, and keeps the rows that it drew before: on a busy
    machine they stay as narrow as the heads of the columns.
    """

    def _update_dimensions(self, new_rows: Iterable[RowKey]) -> None:
        super()._update_dimensions(new_rows)
        self._clear_caches()
        self.refresh()
