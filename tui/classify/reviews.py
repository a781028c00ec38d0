"""The tables below the text: what was typed, and what a file holds, one of them at a time."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.classify.judging import ClassifiedText
from tui.classify.review_table import ReviewTable


class Reviews(Vertical):
    """A table of typed texts and a table of the texts of a file; neither takes from the other."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.progress = ""
        """What is said of the file: its name, and how much of it is classified."""

    def compose(self) -> ComposeResult:
        """Lay out the line and the tables, of which the typed texts are shown."""
        yield Static("", id="progress", markup=False)
        yield ReviewTable(id="table")
        opened = ReviewTable(id="opened")
        opened.display = False
        yield opened

    @property
    def typed(self) -> ReviewTable:
        """The table of typed texts."""
        return self.query_one("#table", ReviewTable)

    @property
    def opened(self) -> ReviewTable:
        """The table of the texts of a file."""
        return self.query_one("#opened", ReviewTable)

    @property
    def shown(self) -> ReviewTable:
        """The table that is shown."""
        return self.opened if self.opened.display else self.typed

    def remember(self, result: ClassifiedText) -> None:
        """Keep a text that was typed; one that the file holds stands in its table already."""
        if not self.opened.holds(result.text):
            self.typed.remember(result)

    def begin_file(self) -> None:
        """Show an empty table for another file."""
        self.opened.empty()
        self._show(opened=True)

    def add(self, results: Sequence[ClassifiedText]) -> None:
        """Append texts of the file."""
        self.opened.add(results)

    def show_progress(self, line: str) -> None:
        """Say how much of the file is classified."""
        self.progress = line
        self._show(opened=self.opened.display)

    def switch(self) -> None:
        """Show the other table."""
        self._show(opened=not self.opened.display)

    def empty(self) -> None:
        """Empty the table that is shown; without a file, typed texts are shown."""
        self.shown.empty()
        if self.shown is self.opened:
            self.progress = ""
            self._show(opened=False)

    def _show(self, *, opened: bool) -> None:
        focused = self.shown.has_focus
        self.opened.display, self.typed.display = opened, not opened
        if focused:
            self.shown.focus()
        line = self.progress
        if opened:
            line += "; F7 shows what was typed"
        elif self.opened.results:
            line = f"F7 shows the file: {line}"
        self.query_one("#progress", Static).update(line)
