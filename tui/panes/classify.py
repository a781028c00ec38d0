"""Classify: what a review is, and which of its words say so."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import Select, Static, TextArea
from textual.worker import get_current_worker

from charlm.terminal import printable
from corpora.errors import UserError
from tui.models import names, path_of
from tui.widgets.ask import Ask
from tui.widgets.bars import Bar, Bars
from tui.widgets.review_table import Judged, ReviewTable

if TYPE_CHECKING:
    from seq.explain import Explanation
    from seq.library import Prediction, TextClassifier

DEBOUNCE = 0.25
"""Seconds without a key after which a text is classified."""
SETTLED = 1.5
"""Seconds after that, without another text, when it is put into the history."""
AT_ONCE = 64
"""Texts of a file that are classified before the table shows them."""
LONGEST_COLORED = 20_000
"""Characters that are explained and shown in colour: nobody reads on."""


class ClassifyPane(Vertical):
    """A text, classified while it is typed; a history; the texts of a file."""

    HELP = """\
Type or paste a review: what it is, and how sure that is, follows as you type. The words are
coloured by what they contribute: green ones speak for the verdict, red ones against it.

`ctrl+o` opens a file of reviews (.txt with one on each line, .csv, .tsv, .jsonl, .parquet) or a
folder of .txt files; its results fill the table. Enter on a row brings its text back. `F9`
writes the table as CSV. `ctrl+n` begins a new text, and `F8` empties the table.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new", "New text"),
        Binding("ctrl+o", "open", "Open file"),
        Binding("f9", "export", "Export CSV"),
        Binding("f8", "empty", "Empty table", show=False),
        Binding("escape", "stop", "Stop reading", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.classifiers: dict[str, TextClassifier] = {}
        self.asking = Lock()
        """A classifier is asked by one thread at a time."""
        self.waiting: Timer | None = None
        self.settling: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with Horizontal():
            with Vertical(id="typed"):
                yield Select[str]([], prompt="no classifier", id="classifier", compact=True)
                yield TextArea(placeholder="type or paste a review", id="review")
                yield Static("", id="verdict", markup=False)
                yield Bars(id="classes")
            with VerticalScroll(id="words", can_focus=False):
                yield Static("", id="colored", markup=False)
        yield Static("", id="progress", markup=False)
        yield ReviewTable(id="table")

    def on_mount(self) -> None:
        """Look for classifiers."""
        self.find_models()

    @work(thread=True, group="classify-find", exclusive=True)
    def find_models(self) -> None:
        """List shipped classifiers and those in run folders."""
        found = names("classifier")
        self.app.call_from_thread(self._offer, found)

    def _offer(self, found: list[str]) -> None:
        select = self.query_one("#classifier", Select)
        select.set_options((name, name) for name in found)
        if found:
            select.value = found[0]

    @on(TextArea.Changed, "#review")
    @on(Select.Changed, "#classifier")
    def changed(self) -> None:
        """Classify the text as soon as nothing more is typed for a moment."""
        for timer in (self.waiting, self.settling):
            if timer is not None:
                timer.stop()
        self.waiting = self.set_timer(DEBOUNCE, self._classify)

    def _classify(self) -> None:
        text = self.query_one("#review", TextArea).text
        name = self.query_one("#classifier", Select).value
        if not isinstance(name, str):
            return
        if text.strip():
            self.classify(name, text)
        else:
            self.workers.cancel_group(self, "classify")
            self.query_one("#verdict", Static).update("")
            self.query_one("#colored", Static).update("")
            self.query_one(Bars).show_bars(())

    @work(thread=True, group="classify", exclusive=True)
    def classify(self, name: str, text: str) -> None:
        """Say what `text` is, and then which words say so."""
        worker = get_current_worker()
        try:
            classifier = self._classifier(name)
            with self.asking:
                if worker.is_cancelled:
                    return
                prediction = classifier.classify([text])[0]
            if not worker.is_cancelled:
                self.app.call_from_thread(self._show, text, prediction)
            from seq.explain import explain

            with self.asking:
                if worker.is_cancelled:
                    return
                explanation = explain(classifier, text[:LONGEST_COLORED])
        except UserError as error:
            self.app.call_from_thread(self.notify, str(error), severity="error", markup=False)
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._color, explanation)

    def _classifier(self, name: str) -> TextClassifier:
        """Return a classifier, loaded at its first use."""
        with self.asking:
            if name not in self.classifiers:
                line = self.query_one("#verdict", Static)
                self.app.call_from_thread(line.update, f"loading {name} …")
                from seq.library import load  # which loads torch: over a second

                self.classifiers[name] = load(str(path_of(name)), device="cpu")
            return self.classifiers[name]

    def _show(self, text: str, prediction: Prediction) -> None:
        if self.query_one("#review", TextArea).text != text:
            return  # something else has been typed meanwhile
        line, bars = self.query_one("#verdict", Static), self.query_one(Bars)
        if prediction.label is None or prediction.probability is None:
            line.update("no words: nothing can be said")
            bars.show_bars(())
            return
        unknown = f", {prediction.unknown} of them unknown" if prediction.unknown else ""
        label = printable(prediction.label)
        words = f"{prediction.words:,} word{'s' * (prediction.words > 1)}"
        line.update(f"{label}, {prediction.probability:.1%} sure  ({words}{unknown})")
        bars.show_bars(
            [
                Bar(printable(name), share, name == prediction.label)
                for name, share in prediction.probabilities.items()
            ]
        )
        judged = Judged(text, prediction.label, prediction.probability)
        self.settling = self.set_timer(
            SETTLED, lambda: self.query_one(ReviewTable).remember(judged)
        )

    def _color(self, explanation: Explanation) -> None:
        if not self.query_one("#review", TextArea).text.startswith(explanation.text):
            return  # something else has been typed meanwhile
        from seq.coloring import COLORS, PLAIN, colored

        scales = PLAIN if self.app.no_color else COLORS
        text = colored(explanation.pieces(), scales)
        self.query_one("#colored", Static).update(text)

    @on(ReviewTable.Chosen)
    def bring_back(self, event: ReviewTable.Chosen) -> None:
        """Show a text of the table again."""
        self.query_one("#review", TextArea).text = event.judged.text

    def action_new(self) -> None:
        """Begin a new text."""
        review = self.query_one("#review", TextArea)
        review.text = ""
        review.focus()

    def action_empty(self) -> None:
        """Forget the history, or the file."""
        self.action_stop()
        self.query_one(ReviewTable).empty()
        self.query_one("#progress", Static).update("")

    def action_stop(self) -> None:
        """Stop reading a file."""
        self.workers.cancel_group(self, "classify-file")

    @work
    async def action_open(self) -> None:
        """Ask for a file of reviews, and classify what is in it."""
        path = await self.app.push_screen_wait(
            Ask("Classify the reviews of which file or folder?", placeholder="reviews.csv")
        )
        name = self.query_one("#classifier", Select).value
        if path is not None and isinstance(name, str):
            self.read_file(name, path)

    @work(thread=True, group="classify-file", exclusive=True)
    def read_file(self, name: str, path: str) -> None:
        """Classify the texts of a file, and show them as they are done."""
        worker = get_current_worker()
        table, line = self.query_one(ReviewTable), self.query_one("#progress", Static)
        try:
            from corpora.labelled import read

            self.app.call_from_thread(line.update, f"reading {printable(path)} …")
            texts = read(str(Path(path).expanduser()), labelled=False).texts
            classifier = self._classifier(name)
            self.app.call_from_thread(table.empty)
            for start in range(0, len(texts), AT_ONCE):
                some = texts[start : start + AT_ONCE]
                with self.asking:
                    if worker.is_cancelled:
                        break
                    found = classifier.classify(some)
                judged = [
                    Judged(text, one.label, one.probability)
                    for text, one in zip(some, found, strict=True)
                ]
                done = f"{start + len(some):,} of {len(texts):,} reviews of {printable(path)}"
                self.app.call_from_thread(table.add, judged)
                self.app.call_from_thread(line.update, done)
        except UserError as error:
            self.app.call_from_thread(line.update, "")
            self.app.call_from_thread(self.notify, str(error), severity="error", markup=False)

    @work
    async def action_export(self) -> None:
        """Ask for a file, and write the table into it."""
        table = self.query_one(ReviewTable)
        if not table.judged:
            self.notify("there is nothing to export yet", severity="warning")
            return
        path = await self.app.push_screen_wait(
            Ask("Write the table into which file?", value="reviews-classified.csv")
        )
        if path is None:
            return
        try:
            table.export(Path(path).expanduser())
        except UserError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify(f"written: {path}", markup=False)
