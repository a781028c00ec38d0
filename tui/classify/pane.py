"""The pane Classify: the class of a text, and the words that speak for it."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import Select, Static, TextArea
from textual.worker import get_current_worker

from charlm.console.program import format_name
from tui.classify.judging import (
    ClassifiedText,
    classify_file,
    describe_prediction,
    load_classifier,
    orient,
)
from tui.classify.review_table import ReviewTable
from tui.classify.reviews import Reviews
from tui.files import save
from tui.models import Models
from tui.pane import Pane
from tui.screens import Ask
from tui.widgets.bars import Bar, Bars
from tui.widgets.choice import ModelChoice

if TYPE_CHECKING:
    from seq.imdb.explain import Explanation
    from seq.imdb.library import Prediction

DEBOUNCE = 0.25
"""Seconds without a change of the text after which it is classified."""
HISTORY_DELAY = 1.5
"""Seconds without a change of a classified text after which it enters the table."""
LONGEST_COLORED = 20_000
"""Characters of a text that are explained and shown in colour."""


class ClassifyPane(Pane):
    """A text that is classified while it is typed, and a table of classified texts."""

    HELP = """\
Type or paste a review: its label and the probability of the label follow as you type. The colour of
a word shows what it speaks for, whatever the label is; the line below the words says which class
has which colour.

`ctrl+o` opens a file of reviews (.txt with one on each line, .csv, .tsv, .jsonl, .parquet) or a
folder of .txt files. The results fill a table of their own; `F7` goes from it to the table of typed
texts and back. Enter on a row shows its text again. `F9` writes the table that is shown as CSV, and
`F8` empties it. `ctrl+n` begins a new text.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new", "New text"),
        Binding("ctrl+o", "open", "Open file"),
        Binding("f9", "export", "Export CSV"),
        Binding("f7", "switch", "Typed or opened", show=False),
        Binding("f8", "empty", "Empty table", show=False),
        Binding("escape", "stop", "Stop reading", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.classifiers = Models(load_classifier, self._show_loading)
        self.explaining = Lock()
        """Lock that a thread holds while it explains a text."""
        self.classify_timer: Timer | None = None
        self.history_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with Horizontal():
            with Vertical(id="typed"):
                yield ModelChoice("classifier", none="no classifier", id="classifier")
                yield TextArea(placeholder="type or paste a review", id="review")
                yield Static("", id="verdict", markup=False)
                yield Bars(id="classes")
            with Vertical(id="words"):
                with VerticalScroll(can_focus=False):
                    yield Static("", id="colored", markup=False)
                yield Static("", id="meaning", markup=False)
        yield Reviews(id="reviews")

    def on_mount(self) -> None:
        """Colour the words anew when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.schedule())

    def use(self, name: str) -> None:
        """Classify with this model."""
        self.query_one(ModelChoice).use(name)

    @on(TextArea.Changed, "#review")
    @on(Select.Changed, "#classifier")
    def schedule(self) -> None:
        """Classify the text once it does not change for a moment."""
        for timer in (self.classify_timer, self.history_timer):
            if timer is not None:
                timer.stop()
        self.classify_timer = self.set_timer(DEBOUNCE, self._classify)

    def _classify(self) -> None:
        text = self.query_one("#review", TextArea).text
        name = self.query_one(ModelChoice).chosen
        if name is None:
            return
        self.classify(name, text)
        if not text.strip():
            self.query_one("#verdict", Static).update("")
            self.query_one("#colored", Static).update("")
            self.query_one("#meaning", Static).update("")
            self.query_one(Bars).show_bars(())

    @work(thread=True, group="classify", exclusive=True, exit_on_error=False)
    def classify(self, name: str, text: str) -> None:
        """Show the label of a text, then its words in colour; load the model if it is empty."""
        worker = get_current_worker()
        verdict = self.query_one("#verdict", Static)
        with self.classifiers.lock:
            if worker.is_cancelled:
                return
            try:
                chosen = self.classifiers.get(name)
            except Exception:
                self.show_later(worker, verdict.update, "")
                raise
            if not text.strip():
                self.show_later(worker, verdict.update, "")
                return
            prediction = chosen.classify([text])[0]
        self.show_later(worker, self._show_prediction, text, prediction)
        from seq.imdb.explain import explain

        # A lock of its own: an explanation takes seconds, and the next verdict does not wait.
        with self.explaining:
            if worker.is_cancelled:
                return
            explanation = explain(chosen, text[:LONGEST_COLORED])
        self.show_later(worker, self._color_words, explanation)

    def _show_loading(self, name: str) -> None:
        self.call_later(self.query_one("#verdict", Static).update, f"loading {format_name(name)} …")

    def _show_prediction(self, text: str, prediction: Prediction) -> None:
        if self.query_one("#review", TextArea).text != text:
            return  # the text has changed meanwhile
        self.query_one("#verdict", Static).update(describe_prediction(prediction))
        bars = [
            Bar(name, share, name == prediction.label)
            for name, share in prediction.probabilities.items()
        ]
        self.query_one(Bars).show_bars(bars if prediction.label is not None else ())
        if prediction.label is not None:
            result = ClassifiedText(text, prediction.label, prediction.probability)
            remember = partial(self.query_one(Reviews).remember, result)
            self.history_timer = self.set_timer(HISTORY_DELAY, remember)

    def _color_words(self, explanation: Explanation) -> None:
        if not self.query_one("#review", TextArea).text.startswith(explanation.text):
            return  # the text has changed meanwhile
        from charlm.drawing.words import COLORS, ON_LIGHT, PLAIN, color_words

        dark = self.app.current_theme.dark
        scales = PLAIN if self.app.no_color else COLORS if dark else ON_LIGHT
        pieces, for_it, against = orient(explanation)
        self.query_one("#colored", Static).update(color_words(pieces, scales))
        names = (format_name(for_it), scales[0][-1]), (format_name(against), scales[1][-1])
        meaning = Text.assemble("words for ", names[0], ", words for ", names[1], no_wrap=True)
        self.query_one("#meaning", Static).update(meaning)

    @on(ReviewTable.Chosen)
    def show_again(self, event: ReviewTable.Chosen) -> None:
        """Put the text of the chosen row into the editor."""
        self.query_one(Reviews).typed.settle()
        self.query_one("#review", TextArea).text = event.result.text

    def action_new(self) -> None:
        """Clear the text."""
        self.query_one(Reviews).typed.settle()
        review = self.query_one("#review", TextArea)
        review.text = ""
        review.focus()

    def action_empty(self) -> None:
        """Empty the table that is shown; if it is that of a file, stop reading it."""
        reviews = self.query_one(Reviews)
        if reviews.shown is reviews.opened:
            self.action_stop()
        reviews.empty()

    def action_switch(self) -> None:
        """Show what was typed, or what was opened."""
        self.query_one(Reviews).switch()

    def action_stop(self) -> None:
        """Stop reading a file."""
        self.workers.cancel_group(self, "classify-file")

    @work(exit_on_error=False)
    async def action_open(self) -> None:
        """Ask for a file or folder of reviews, and classify them."""
        path = await self.app.push_screen_wait(
            Ask("Which file or folder of reviews?", placeholder="reviews.csv")
        )
        name = self.query_one(ModelChoice).chosen
        if path is not None and name is not None:
            self.read_file(name, path)

    @work(thread=True, group="classify-file", exclusive=True, exit_on_error=False)
    def read_file(self, name: str, path: str) -> None:
        """Classify the texts of a file, and show each batch once it is classified."""
        worker = get_current_worker()
        reviews = self.query_one(Reviews)
        shown, done = format_name(path), 0
        self.show_later(worker, reviews.show_progress, f"reading {shown} …")
        try:
            for some, total in classify_file(
                path, self.classifiers, name, lambda: worker.is_cancelled
            ):
                if not done:
                    self.show_later(worker, reviews.begin_file)
                done += len(some)
                self.show_later(worker, reviews.add, some)
                line = f"{done:,} of {total:,} reviews of {shown}"
                self.show_later(worker, reviews.show_progress, line)
        except Exception:
            self.show_later(worker, reviews.show_progress, "")
            raise

    @work(exit_on_error=False)
    async def action_export(self) -> None:
        """Ask for a file name, and write the table that is shown to that file."""
        table = self.query_one(Reviews).shown
        if not table.results:
            self.notify("the table is empty", severity="warning")
            return
        question = "Write the table to which file?"
        await save(self.app, question, "reviews-classified.csv", table.csv)
