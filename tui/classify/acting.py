"""What the keys of Classify do: open, export, lay beside, show an example, begin anew, stop."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath

from textual import on

from tui.classify.examples import EXAMPLES, show_example
from tui.classify.export import write_csv
from tui.classify.good_view import GoodView
from tui.classify.kept import Kept
from tui.classify.opened import OpenedFile
from tui.classify.reviews import Reviews
from tui.classify.showing import ShowingPane
from tui.classify.subject import EXAMPLE, TYPED, Subject
from tui.files import ask_path, save
from tui.widgets.choice import ModelChoice
from tui.widgets.workspace import Workspace
from tui.workers import in_turns


class ActingPane(ShowingPane):
    """A pane with the actions of Classify."""

    kept: Kept

    def preview(self, subject: Subject) -> None:
        """Show a review in the place of one's own text."""

    # Files

    @in_turns()
    async def action_open(self) -> None:
        """Ask for a file or folder of reviews, and classify them."""
        usual = self.kept.path or "reviews.csv"
        path = await ask_path(self.app, "Which file or folder of reviews?", usual)
        if path is not None:
            self.open_file(path)

    def open_file(self, path: str) -> None:
        """Read a file or folder of reviews."""
        if self.chosen is None:
            self.notify("there is no classifier to read it with", severity="warning")
            return
        self.kept.path = path
        self.remember()
        self.query_one(Workspace).show_tab("reviews")
        self.read_file(self.chosen, path)

    def begin_file(self, file: OpenedFile) -> None:
        """Show an empty table for another file."""
        self.workers.cancel_group(self, "compare")
        if self.second is not None:
            file.begin_second(self.second, file.classes)
        super().begin_file(file)
        self.check_file()

    def end_file(self) -> None:
        """Show that a file is read; let the second classifier read it, if there is one."""
        super().end_file()
        if self.second is not None and self.reviews.file is not None:
            self.compare(self.second, self.reviews.file)

    def compare_file(self) -> None:
        """Have the second classifier read the file that is open; forget what another one said."""
        self.workers.cancel_group(self, "compare")
        file = self.reviews.file
        if file is None or file.second == self.second:
            return
        file.begin_second(self.second, file.classes)
        self.reviews.show_second()
        if file.finished or file.stopped:
            self.reviews.end_work()
            if self.second is not None:
                self.compare(self.second, file)

    def check_file(self) -> None:
        """Dim the file if another classifier is chosen than the one that read it."""
        file = self.reviews.file
        other = file is not None and file.classifier != self.chosen
        opened = self.reviews.shown is self.reviews.opened
        self.reviews.stale = other and opened

    @on(Reviews.Closed)
    def close_file(self) -> None:
        """Read a file that is closed no further."""
        self.stop_file()

    @on(Reviews.Rearranged)
    def show_score(self) -> None:
        """Show how good the classifier is on the file that is open."""
        self.query_one(GoodView).show_file(self.reviews.file)
        self.check_file()

    @in_turns()
    async def action_export(self) -> None:
        """Ask for a file name, and write the table that is shown to that file."""
        table, columns = self.reviews.shown, self.reviews.columns
        rows = [*table.rows.shown]
        if not rows:
            self.notify("the table is empty", severity="warning")
            return
        many = f"{len(rows):,} of {len(table.results):,} reviews" if table.rows.chosen else "table"
        stem = "reviews" if self.reviews.file is None else PurePath(self.reviews.file.path).stem
        name = f"{stem if table is self.reviews.opened else 'reviews'}-classified.csv"
        await save(
            self.app, f"Write the {many} to which file?", name, partial(write_csv, columns, rows)
        )

    # Texts and classifiers

    def action_run(self) -> None:
        """Read the file that is open anew with the classifier that is chosen, or stop reading."""
        if self.stop_file():
            return
        if self.reviews.file is not None:
            self.open_file(self.reviews.file.path)
        else:
            self.dim()
            self.schedule(0)

    def action_example(self) -> None:
        """Show the next example."""
        if self.panel.subject.kind == EXAMPLE:
            self.kept.example = (self.kept.example + 1) % len(EXAMPLES)
        self.preview(show_example(self.kept.example, ()))
        self.remember()

    def action_new(self) -> None:
        """Begin a new text; undo brings back the one before."""
        self.reviews.history.settle()
        self.panel.own.replace_all("")
        self.panel.show_own()
        self.panel.own.focus()

    def action_beside(self) -> None:
        """Lay another classifier beside, or take it away."""
        choice = self.query_one("#second", ModelChoice)
        others = [name for name in choice.offered if name != self.chosen]
        self.query_one(Workspace).show_tab("verdict-panel")
        if choice.chosen is not None:
            choice.clear()
        elif len(others) == 1:
            choice.value = others[0]
        elif others:
            choice.focus()
            choice.action_show_overlay()
        else:
            self.notify("there is no other classifier: F5 trains one", severity="warning")

    def action_stop(self) -> None:
        """Stop reading a file, go back from a preview, or stop explaining: what comes first."""
        if self.stop_file():
            return
        if self.panel.subject.kind != TYPED:
            self.panel.show_own()
            self.panel.own.focus()
            self.dim()
            self.schedule(0)
            return
        self.workers.cancel_group(self, "explain")
        self.show_failure()
