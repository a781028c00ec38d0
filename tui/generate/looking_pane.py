"""A pane that shows what a model expects at the cursor, what goes on in it, and its surprises."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from textual import on
from textual.worker import get_current_worker

from charlm.runs.registry import CHARACTERS
from tui.generate.desk import Desk
from tui.generate.inside_panel import InsidePanel
from tui.generate.next_panel import AFTER, CANDIDATES, NextPanel
from tui.generate.prediction import predict
from tui.generate.surprises import MOST
from tui.generate.surprises_panel import SurprisesPanel
from tui.generate.text_panel import TextPanel
from tui.generate.text_view import TextView
from tui.generate.writing_pane import WritingPane
from tui.reading import Reading
from tui.widgets.bars import Bars
from tui.widgets.stepper import Stepper
from tui.workers import in_thread

if TYPE_CHECKING:
    from charlm.language_model import LanguageModel
    from tui.generate.manuscript import Manuscript
    from tui.generate.pages import Page
    from tui.generate.unit_strip import Window, WindowTrace

TICK = 0.1
"""Seconds between two looks at whether the slower panels are behind the text."""
WHILE_WRITING = {"next": 0.1, "inside": 0.5, "surprises": 2.0}
"""Seconds between two updates of a panel while the text grows. They are not drawn with the text: a
key would wait for both."""
MOST_WHILE_WRITING = 40
"""Words that are listed while the text grows: to lay out a list of 200 takes 30 ms."""
EMPTY = "Here will stand what the model expects next: enter in the prompt begins a text."


class LookingPane(WritingPane):
    """What follows the cursor and the text: three panels, read in threads where that takes time."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._behind: set[str] = set()
        """Panels that do not show the text of now."""
        self._updated = dict.fromkeys(WHILE_WRITING, 0.0)

    def on_mount(self) -> None:
        """Begin to look at what is behind."""
        self.desk.typist.find_candidate = self.find_candidate
        self.set_interval(TICK, self._catch_up)

    @on(Desk.Written)
    def look_again(self) -> None:
        """Note that the panels are behind the text; once it is written, show what is expected."""
        self._behind |= set(WHILE_WRITING)
        if not self.desk.busy:
            self.look()

    @on(TextView.Moved)
    def follow_cursor(self) -> None:
        """Show what is expected at the cursor; what the thread writes is told as well."""
        self._behind.add("inside")
        if not (self.desk.busy and self.desk.view.cursor >= len(self.desk.view.text)):
            self.look()

    @on(InsidePanel.Wanted)
    def look_inside(self) -> None:
        """Show what goes on inside again."""
        self._behind.add("inside")

    @on(Stepper.Changed)
    def sample_otherwise(self, event: Stepper.Changed) -> None:
        """Show what other settings make of what the model expects."""
        author = self.desk.author
        if author is not None and event.stepper.id == "pace":
            author.writer.pace = self.controls.pace
        self.look()
        self.remember()

    # The next character

    def look(self) -> None:
        """Show what the model expects at the cursor."""
        self._behind.discard("next")
        author = self.desk.author
        if author is None:
            return
        manuscript, position = author.manuscript, self.desk.view.cursor
        if self.desk.busy and position >= len(self.desk.view.text):
            position -= 1  # the thread is writing at the end: show the newest character
        panel = self.query_one(NextPanel)
        if not 0 <= position <= len(manuscript):
            panel.stale = True  # it is not read yet
            return
        if manuscript.find_logits(position) is None:
            panel.stale = True
            if not self.desk.busy:
                self.read_page(manuscript, *manuscript.find_page(position))
            return
        self._show_expected(manuscript, position)

    def _show_expected(self, manuscript: Manuscript, position: int) -> None:
        logits = manuscript.find_logits(position)
        if logits is None:
            return
        page, place = manuscript.find_page(position)
        prediction = predict(
            logits,
            manuscript.model.vocabulary.symbols,
            self.controls.sampling,
            count=CANDIDATES,
            there=int(page.ids[place]) if place < len(page) else None,
        )
        before = self.desk.view.text[max(0, position - AFTER) : position]
        author = self.desk.author
        stepping = author is not None and author.stepping
        self.query_one(NextPanel).show(
            prediction, self.controls.sampling, before, stepping=stepping
        )

    def find_candidate(self, number: int) -> int | None:
        """Return the id of the candidate with a number; None if there is none at the cursor."""
        self.look()
        panel = self.query_one(NextPanel)
        if panel.prediction is None or panel.stale:
            return None
        return next((one.id for one in panel.prediction.candidates[number : number + 1]), None)

    @on(Bars.Clicked)
    def take_clicked(self, event: Bars.Clicked) -> None:
        """Take the candidate that was clicked, in step mode."""
        self.desk.typist.take_candidate(event.number)

    @in_thread("look")
    def read_page(self, manuscript: Manuscript, page: Page, place: int) -> None:
        """Read a page again that was left long ago, in a thread."""
        from tui.generate.pages import read_rows

        worker = get_current_worker()
        rows = read_rows(manuscript.model.network, page)
        self.show_later(worker, self._show_page, manuscript, page, rows)

    def _show_page(self, manuscript: Manuscript, page: Page, rows: Any) -> None:
        if not self.desk.busy:
            manuscript.keep_rows(page, rows)
            position = self.desk.view.cursor
            if position <= len(manuscript) and manuscript.find_logits(position) is not None:
                self.look()

    def get_reading(self) -> Reading | None:
        """Return the text, for the pane Inside."""
        author = self.desk.author
        if author is None or not len(author.manuscript):
            return None
        name = author.manuscript.model.name
        return Reading(CHARACTERS, name, author.manuscript.text, self.desk.view.cursor)

    def go_to_reading(self, position: int) -> None:
        """Move the cursor to a character."""
        self.desk.view.cursor = position

    # Inside and surprises

    def _catch_up(self) -> None:
        """Bring the slower panels up to the text: one at a time while the text grows."""
        now = time.perf_counter()
        updates = {
            "next": self.look,
            "inside": self._update_inside,
            "surprises": self._update_surprises,
        }
        due = {name: now - self._updated[name] - WHILE_WRITING[name] for name in self._behind}
        if not self.query_one(InsidePanel).display:
            due.pop("inside", None)
        if self.desk.busy:  # each takes 10 ms, and so does the text
            due = {name: late for name, late in due.items() if late >= 0}
            due = {name: due[name] for name in sorted(due, key=due.__getitem__)[-1:]}
        for name in sorted(due):
            self._behind.discard(name)
            self._updated[name] = now
            updates[name]()

    def _update_inside(self) -> None:
        from tui.generate.unit_strip import find_window

        author, panel = self.desk.author, self.query_one(InsidePanel)
        if author is None:
            return
        model = author.manuscript.model
        panel.use(model.name, model.config)
        panel.pins = self.app.list_pins()
        window = find_window(author.manuscript.list_pages(), self.desk.view.cursor, panel.columns)
        if window is None:
            panel.clear()
        else:
            self.trace(model, window)

    def show_pins(self) -> None:
        """Show the units that are pinned now."""
        panel = self.query_one(InsidePanel)
        panel.pins = self.app.list_pins()
        panel.draw()

    @in_thread("inside")
    def trace(self, model: LanguageModel, window: Window) -> None:
        """Read the part of the text around the cursor, in a thread."""
        from tui.generate.unit_strip import trace_window

        worker = get_current_worker()
        found = trace_window(model.network, model.config.cell, window)
        self.show_later(worker, self._show_inside, model, found)

    def _show_inside(self, model: LanguageModel, found: WindowTrace) -> None:
        author, window = self.desk.author, found.window
        if author is not None and author.manuscript.model is model:
            text = self.desk.view.text[window.start : window.end]
            self.query_one(InsidePanel).show(found, text)

    def _update_surprises(self) -> None:
        author = self.desk.author
        if author is not None:
            self.query_one(SurprisesPanel).stale = self.desk.busy
            most = MOST_WHILE_WRITING if self.desk.busy else MOST
            self.find_surprises(author.manuscript, author.manuscript.list_pages(), most)

    @in_thread("surprises")
    def find_surprises(self, manuscript: Manuscript, pages: list[Page], most: int) -> None:
        """Find the words that surprised the model most, in a thread."""
        import numpy as np

        from tui.generate.drafts import decode
        from tui.generate.surprises import find_surprises

        worker = get_current_worker()
        surprisals = np.concatenate([page.surprisals for page in pages])
        found = find_surprises(decode(manuscript.model, pages), surprisals, most)
        self.show_later(worker, self.query_one(SurprisesPanel).show, found)

    @on(TextPanel.Searched)
    def go_to_next(self, event: TextPanel.Searched) -> None:
        """Go to the next surprise."""
        self.query_one(SurprisesPanel).go(event.steps)

    @on(SurprisesPanel.Chosen)
    def go_to(self, event: SurprisesPanel.Chosen) -> None:
        """Show a word in the text."""
        view = self.desk.view
        view.mark([event.surprise.start], len(event.surprise.word))
        view.cursor = event.surprise.start
