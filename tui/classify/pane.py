"""The pane Classify: the class of a text, and the words that speak for it."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Label, Select, TextArea

from charlm.runs.registry import CLASSIFIER
from tui.classify.acting import ActingPane
from tui.classify.curve_view import CurveView
from tui.classify.examples import show_example
from tui.classify.good_view import GoodView
from tui.classify.judging import load_classifier
from tui.classify.kept import Kept
from tui.classify.opinions import Opinion
from tui.classify.review_panel import ReviewPanel
from tui.classify.review_table import ReviewTable
from tui.classify.review_text import PreviewText, ReviewText
from tui.classify.reviews import Reviews
from tui.classify.subject import ROW, Subject
from tui.classify.verdict_view import VerdictView
from tui.keys import bind
from tui.models import Models
from tui.reading import Reading
from tui.widgets.choice import ModelChoice
from tui.widgets.panel import Panel
from tui.widgets.workspace import Workspace

HISTORY_DELAY = 1.5
"""Seconds without a change of a classified text after which it enters the table."""
NONE = 10**6
"""Index of the model that is chosen at first beside the first one: none."""


class ClassifyPane(ActingPane):
    """A text that is classified while it is typed, and tables of classified texts."""

    HELP = """\
Type or paste a review: its class, and how sure the model is, follow as you type. A word with a
green ground, in bold, speaks for the second class (positive); one with a red ground, underlined,
speaks for the first (negative), whatever the verdict is. Contributions are differences of the
log-odds, in nats, if the word is left out. The curve shows what the model would have said after
each word: a click on it goes to the word.

A file of reviews (.csv, .tsv, .jsonl, .parquet, or .txt with one on each line) or a folder of .txt
files fills a table. Moving in it previews a review, enter opens it. If the file has classes (a
column called label, sentiment, class or category, or a folder for each), you see how good the model
is, and only the wrong ones if you like. A table is written as CSV with the columns of your file,
`predicted` and `probability`.

A second classifier can be laid beside: its verdict, and where the two differ.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("new", "new", "new"),
        bind("open", "open", "open"),
        bind("save", "export", "export"),
        bind("example", "example", "example"),
        bind("beside", "beside", "second"),
        bind("run", "run", "read anew", show=False),
        bind("stop", "stop", "stop", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.classifiers = Models(load_classifier, self._show_loading)
        self.history_timer: Timer | None = None
        self.kept = Kept()
        """What is kept for the next session, beside the typed reviews."""
        self.restored: Any = None
        """Typed reviews of the last session, until they are shown."""

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        choices = Horizontal(
            ModelChoice(CLASSIFIER, none="no classifier", id="classifier"),
            Label("beside", classes="muted"),
            ModelChoice(CLASSIFIER, none="none", preferred=NONE, id="second"),
            classes="choices",
        )
        yield Workspace(
            ReviewPanel(id="review-panel"),
            Panel(choices, VerdictView(id="verdict"), title="Verdict", id="verdict-panel"),
            Panel(CurveView(id="curve"), title="As it reads on", id="curve-panel"),
            Reviews(id="reviews"),
            Panel(GoodView(id="good"), title="How good", id="good-panel"),
        )

    def on_mount(self) -> None:
        """Show one's own text, or an example on the first visit."""
        self.query_one("#classifier", ModelChoice).wanted = self.kept.classifier
        self.query_one("#second", ModelChoice).wanted = self.kept.second
        self.reviews.history.restore(self.restored)
        self.reviews.typed.update()
        self.reviews.describe()
        self.clear()
        if self.kept.text:
            self.panel.own.text = self.kept.text
        elif not self.reviews.history.rows.all:
            self.preview(show_example(self.kept.example, ()))

    # What the app asks

    def use(self, name: str) -> None:
        """Classify with this model."""
        self.query_one("#classifier", ModelChoice).use(name)

    def get_state(self) -> dict[str, Any]:
        """Return one's own text, the typed reviews, and what is chosen."""
        self.kept.classifier, self.kept.second = self.chosen, self.second
        self.kept.text = self.panel.own.text
        return {**self.kept.to_json(), "history": self.reviews.history.to_json()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take what `get_state` returned in the last session."""
        self.kept, self.restored = Kept.from_json(state), state.get("history")

    def get_reading(self) -> Reading | None:
        """Return the review that is shown, and the word at the cursor."""
        text = self.panel.subject.text
        if self.chosen is None or not text.strip():
            return None
        stale = self.query_one("#curve-panel", Panel).stale
        curve = None if stale else self.curve.curve
        offset = self.panel.text.offset_of_cursor
        return Reading(CLASSIFIER, self.chosen, text, curve.find_word(offset) if curve else 0)

    def go_to_reading(self, position: int) -> None:
        """Move the cursor to a word."""
        curve = self.curve.curve
        if curve is not None and position < len(curve.starts):
            self.panel.text.go_to(curve.starts[position])

    # The review that is shown

    @on(TextArea.Changed, "#review")
    def read_own(self) -> None:
        """Show one's own text, and have it classified once it does not change for a moment."""
        if self.history_timer is not None:
            self.history_timer.stop()
        self.panel.show_own()
        self.panel.own.fade()
        self.dim()
        self.schedule()
        self.remember()

    def keep_later(self, text: str, opinion: Opinion) -> None:
        """Keep a typed review in the history once it does not change for a while."""
        if self.history_timer is not None:
            self.history_timer.stop()
        self.history_timer = self.set_timer(HISTORY_DELAY, partial(self._keep, text, opinion))

    def _keep(self, text: str, opinion: Opinion) -> None:
        if opinion.label is not None:
            self.reviews.remember(text, opinion)
            self.remember()

    @on(Select.Changed, "#classifier")
    @on(Select.Changed, "#second")
    def choose(self, event: Select.Changed) -> None:
        """Classify with another model, or lay another one beside."""
        self.dim()
        self.schedule()
        self.remember()
        if event.select.id == "second":
            self.compare_file()
        self.check_file()

    def preview(self, subject: Subject) -> None:
        """Show a review of a table, or an example, in the place of one's own text."""
        self.panel.show_preview(subject)
        self.dim()
        if self.chosen is not None and subject.opinion is not None:
            self.show_known(self.chosen, self.show_verdict(self.chosen, subject, subject.opinion))
        self.schedule()

    @on(ReviewTable.Previewed)
    def preview_row(self, event: ReviewTable.Previewed) -> None:
        """Show the review at the cursor of a table."""
        row, file = event.row, self.reviews.file
        of_file = self.reviews.shown is self.reviews.opened and file is not None
        said = other = None
        if of_file and file is not None:
            said = row.opinion if file.classifier == self.chosen else None
            other = row.other if file.second == self.second else None
        total = len(self.reviews.shown.results)
        self.preview(Subject(row.text, ROW, row.number, total, row.truth, said, other))

    @on(ReviewTable.Chosen)
    def open_row(self, event: ReviewTable.Chosen) -> None:
        """Put the text of the chosen row into the editor."""
        self.open_text(event.row.text)

    @on(PreviewText.Opened)
    def open_preview(self) -> None:
        """Put the previewed text into the editor."""
        self.open_text(self.panel.subject.text)

    def open_text(self, text: str) -> None:
        """Put a text into the editor; undo brings back what was there."""
        self.reviews.history.settle()
        self.panel.own.replace_all(text)
        self.read_own()
        self.panel.own.focus()

    @on(PreviewText.Typed)
    def type_own(self, event: PreviewText.Typed) -> None:
        """Go back to one's own text with what was typed on a preview."""
        self.panel.show_own()
        self.panel.own.insert(event.text)

    @on(ReviewText.Moved)
    def follow_cursor(self, event: ReviewText.Moved) -> None:
        """Mark the word at the cursor on the curve."""
        if event.text is self.panel.text and event.text.has_focus:
            self.mark(event.offset)

    @on(CurveView.WordChosen)
    @on(VerdictView.WordChosen)
    def go_to_word(self, event: CurveView.WordChosen | VerdictView.WordChosen) -> None:
        """Move the cursor to a word that was chosen elsewhere."""
        self.panel.text.go_to(event.offset)
        self.mark(event.offset)
