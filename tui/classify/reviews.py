"""The panel with the tables of reviews: what was typed, and what a file holds."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from charlm.console.program import format_name
from tui.classify.history import History
from tui.classify.opened import OpenedFile, describe_choice
from tui.classify.opinions import Opinion
from tui.classify.review_table import ReviewTable
from tui.classify.rows import Row, Rows
from tui.classify.shelves import Shelves
from tui.widgets.panel import Panel

KEYS = "s sort · / filter · enter opens · ← → typed, opened"
NOTHING_TYPED = "The reviews that you type stand here, with what was said of them."
NOTHING_OPENED = "^o opens a table (.csv .tsv .jsonl .parquet .txt) or a folder of .txt files."
NOTHING_CHOSEN = "No review fits: / and escape show all, f shows more than the wrong ones."


class FilterLine(Input):
    """The filter: what the text of the shown reviews contains; enter goes to them."""

    BINDINGS = [Binding("escape", "close", "all", tooltip="show all again")]  # noqa: RUF012

    class Closed(Message):
        """All reviews are to be shown again."""

    def action_close(self) -> None:
        """Ask for all reviews."""
        self.post_message(self.Closed())


class Reviews(Panel):
    """A table of typed texts and a table of the texts of a file; neither takes from the other."""

    class Rearranged(Message):
        """Another table is shown, or other rows of it."""

    class Closed(Message):
        """The file is no longer open."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Reviews", id=id)
        self.history = History()
        self.file: OpenedFile | None = None
        """The file that is open, if there is one."""

    def compose(self) -> ComposeResult:
        """Lay out the names of the tables, the filter and the tables; typed texts are shown."""
        yield Shelves()
        yield FilterLine(placeholder="text that the reviews contain", id="filter", compact=True)
        yield ReviewTable(self.history.rows, id="table")
        yield ReviewTable(Rows(), id="opened")

    def on_mount(self) -> None:
        """Show the typed texts."""
        self.query_one("#filter").display = self.opened.display = False
        self.typed.hint, self.opened.hint = NOTHING_TYPED, NOTHING_OPENED
        self.describe()

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

    @property
    def columns(self) -> Sequence[str]:
        """Names of the user's columns of the table that is shown."""
        if self.shown is self.opened and self.file is not None:
            return self.file.head.columns
        return ("text",)

    def describe(self) -> None:
        """Say what is shown, in the edges and on the tabs."""
        rows, shelves = self.shown.rows, self.query_one(Shelves)
        typed = f"Typed {len(self.history.rows.all):,}"
        opened = "Opened" if self.file is None else f"{self.file.name} {self.file.done:,}"
        shelves.names, shelves.opened = (typed, opened), self.shown is self.opened
        name = "typed"
        if self.shown is self.opened:
            name = "nothing opened" if self.file is None else self.file.describe()
        self.title = f"Reviews · {name}{describe_choice(rows)}"
        self.foot = KEYS
        if self.shown is self.opened and self.file is not None:
            wrong = " · f only wrong" if self.file.labelled else ""
            differ = " · d only ≠" if self.file.second is not None else ""
            self.foot = f"{self.file.speed:,.0f} reviews/s · s sort · / filter{wrong}{differ}"
        usual = NOTHING_OPENED if self.shown is self.opened else NOTHING_TYPED
        self.shown.hint = NOTHING_CHOSEN if rows.all else usual
        self.post_message(self.Rearranged())

    # What comes and goes

    def remember(self, text: str, opinion: Opinion) -> None:
        """Keep a text that was typed; one that the file holds stands in its table already."""
        if not any(row.text == text for row in self.opened.rows.all):
            index = self.history.remember(text, opinion)
            self.typed.classes_of = list(opinion.shares)
            self.typed.keep(self.history.rows.all[index])
            self.describe()

    def begin_file(self, file: OpenedFile) -> None:
        """Show an empty table for another file; it keeps order and choice of the one before."""
        before, self.file = self.opened.rows, file
        file.rows.sort = before.sort if before.sort in ("doubt", "sureness", "class") else "number"
        self.opened.rows, self.opened.classes_of = file.rows, file.classes
        self.opened.second, self.opened.cursor = file.second, 0
        self.opened.update()
        self.show_shelf(True)

    def add(self, rows: Sequence[Row]) -> None:
        """Append reviews of the file."""
        if self.file is not None:
            self.opened.add(rows)
            self.file.count(rows)
            self.describe()

    def show_second(self) -> None:
        """Draw what the second classifier says: it has said more, or there is another one."""
        if self.file is not None:
            kept, self.opened.second = self.opened.row, self.file.second
            rows = self.file.rows
            if self.file.second is None:
                rows.only_differing = False
                rows.sort = "number" if rows.sort == "difference" else rows.sort
            if rows.only_differing or rows.sort == "difference" or self.file.second is None:
                rows.arrange()
            self.opened.keep(kept)
            self.describe()

    def empty(self) -> None:
        """Empty the table that is shown; without a file, typed texts are shown."""
        if self.shown is self.opened:
            self.file, self.opened.rows = None, Rows()
            self.opened.second = None
            self.opened.update()
            self.show_shelf(False)
            self.post_message(self.Closed())
        else:
            self.history.empty()
            self.typed.update()
        self.describe()

    # Which rows are shown, in which order

    def action_show_shelf(self, opened: bool) -> None:
        """Show the typed texts or the file."""
        self.show_shelf(opened)

    def show_shelf(self, opened: bool) -> None:
        """Show the typed texts or the file."""
        focused = self.shown.has_focus
        self.opened.display, self.typed.display = opened, not opened
        if focused:
            self.shown.focus()
        line = self.query_one(FilterLine)
        line.display = bool(self.shown.rows.needle)
        with line.prevent(Input.Changed):
            line.value = self.shown.rows.needle
        self.describe()

    @on(ReviewTable.Asked)
    def answer(self, event: ReviewTable.Asked) -> None:
        """Sort, choose or remove rows."""
        event.stop()
        table, rows = self.shown, self.shown.rows
        kept = table.row
        if event.what == "switch":
            self.show_shelf(self.shown is self.typed)
            return
        if event.what == "filter":
            self.open_filter()
            return
        if event.what == "empty":
            self.empty()
            return
        if event.what == "forget":
            self._forget(table)
            return
        if event.what == "sort":
            sorts = list(rows.list_sorts())
            place = sorts.index(rows.sort) if rows.sort in sorts else -1
            rows.sort = sorts[(place + 1) % len(sorts)]
        elif not self._choose(event.what, rows):
            return
        rows.arrange()
        table.keep(kept)
        self.describe()

    def _choose(self, what: str, rows: Rows) -> bool:
        """Show only the wrong ones, or only those that differ, or all; return if that can be."""
        file = self.file if self.shown is self.opened else None
        if what == "wrong" and (file is None or not file.labelled):
            why = "" if file is None else f": {format_name(file.head.why)}"
            self.notify(f"nobody says what is wrong{why}", severity="warning", markup=False)
            return False
        if what == "differ" and (file is None or file.second is None):
            self.notify("there is no second opinion: ^l", severity="warning")
            return False
        if what == "wrong":
            rows.only_wrong = not rows.only_wrong
        else:
            rows.only_differing = not rows.only_differing
        return True

    def _forget(self, table: ReviewTable) -> None:
        if table is self.typed and table.row is not None:
            self.history.forget(table.row.number - 1)
            table.update()
            self.describe()

    def open_filter(self) -> None:
        """Ask for the text that the shown reviews contain."""
        line = self.query_one(FilterLine)
        line.display = True
        line.value = self.shown.rows.needle
        line.focus()

    @on(Input.Changed, "#filter")
    def filter(self, event: Input.Changed) -> None:
        """Show the reviews that contain what is typed."""
        event.stop()
        kept = self.shown.row
        self.shown.rows.look_for(event.value)
        self.shown.keep(kept)
        self.describe()

    @on(Input.Submitted, "#filter")
    def leave_filter(self, event: Input.Submitted) -> None:
        """Go to the reviews; an empty filter is put away."""
        event.stop()
        self.query_one(FilterLine).display = bool(event.value)
        self.shown.focus()

    @on(FilterLine.Closed)
    def close_filter(self) -> None:
        """Show all reviews again."""
        line = self.query_one(FilterLine)
        line.value = ""
        line.display = False
        self.shown.focus()
