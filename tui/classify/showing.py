"""What the panels of Classify show of the review that is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from textual.timer import Timer

from tui.classify.curve import Curve, describe_turn, describe_word, name_curve
from tui.classify.curve_view import CurveView
from tui.classify.examples import show_example
from tui.classify.judging import describe_classifier, know
from tui.classify.kept import Explained, Explanation
from tui.classify.opinions import Opinion, describe_opinion
from tui.classify.reading_files import FilePane
from tui.classify.review_panel import ReviewPanel
from tui.classify.spans import Span
from tui.classify.subject import EXAMPLE, TYPED, Subject
from tui.classify.verdict_lines import Sides
from tui.classify.verdict_view import VerdictView
from tui.widgets.choice import ModelChoice
from tui.widgets.panel import Panel

DEBOUNCE = 0.25
"""Seconds without a change of the text after which it is classified."""
NO_CLASSIFIER = "There is no classifier: F5 trains one."
NO_TEXT = "Type a review: its class stands here, and the words that speak for it."
NO_CURVE = "What the model would say after each word is drawn here."
LEAST = 0.001
"""Shortest delay in seconds: a timer of Textual 8.2 divides by its delay when it is late."""


class ShowingPane(FilePane):
    """A pane that shows a review, its verdict, its words and its curve."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.explained = Explained()
        """Words and curves of the reviews that were explained last."""
        self.classify_timer: Timer | None = None

    @property
    def panel(self) -> ReviewPanel:
        """The panel with the review."""
        return self.query_one(ReviewPanel)

    @property
    def verdict(self) -> VerdictView:
        """What is said of it."""
        return self.query_one(VerdictView)

    @property
    def curve(self) -> CurveView:
        """The curve as it is read on."""
        return self.query_one(CurveView)

    @property
    def chosen(self) -> str | None:
        """Name of the classifier."""
        return self.query_one("#classifier", ModelChoice).chosen

    @property
    def second(self) -> str | None:
        """Name of the classifier beside it."""
        return self.query_one("#second", ModelChoice).chosen

    # What is asked

    def schedule(self, after: float | None = None) -> None:
        """Have the review classified once it does not change for a moment."""
        if self.classify_timer is not None:
            self.classify_timer.stop()
        delay = DEBOUNCE if after is None else max(after, LEAST)
        self.classify_timer = self.set_timer(delay, self._judge)

    def _judge(self) -> None:
        if self.chosen is None:
            self.clear(NO_CLASSIFIER)
        else:
            self.judge(self.chosen, self.second, self.panel.subject)

    def dim(self) -> None:
        """Show that what is shown is not said of the review that is shown now."""
        self.workers.cancel_group(self, "classify")
        self.workers.cancel_group(self, "explain")
        for name in ("#verdict-panel", "#curve-panel"):
            panel = self.query_one(name, Panel)
            panel.stale = True
            panel.end_work()

    def clear(self, hint: str = NO_TEXT) -> None:
        """Show nothing of a review: there is none."""
        verdict, curve = (self.query_one(f"#{name}-panel", Panel) for name in ("verdict", "curve"))
        verdict.stale = curve.stale = False
        verdict.title, verdict.foot, curve.foot = "Verdict", "", ""
        verdict.end_work()
        curve.end_work()
        self.verdict.clear(hint)
        self.curve.curve, self.curve.hint = None, NO_CURVE
        self.panel.text.color(())
        self.panel.show_meaning(None)

    # What is found

    def show_opinion(self, name: str, subject: Subject, opinion: Opinion) -> None:
        """Show the verdict of a review, and have its words explained."""
        if self.panel.subject.text != subject.text:
            return  # the text has changed meanwhile
        subject = self.show_verdict(name, subject, opinion)
        if not subject.text.strip():
            return
        if subject.kind == TYPED:
            self.keep_later(subject.text, opinion)
        if opinion.label is None:
            self.show_words(subject, (), Sides("", ""))
            self.show_curve(subject, None)
        elif not self.show_known(name, subject):
            self.query_one("#verdict-panel", Panel).show_work("explaining words")
            self.explain(name, subject)

    def show_verdict(self, name: str, subject: Subject, opinion: Opinion) -> Subject:
        """Show the verdict of a review, and return the review with all that is known of it."""
        subject = know(subject, opinion)
        if subject.kind == EXAMPLE:
            truth = show_example(subject.number - 1, list(opinion.shares)).truth
            subject = replace(subject, truth=truth)
        self.panel.subject = subject
        self.panel.describe(opinion)
        self.about = describe_classifier(name, opinion)
        if not subject.text.strip():
            self.clear()
            return subject
        panel = self.query_one("#verdict-panel", Panel)
        panel.stale = False
        panel.end_work()
        panel.title = f"Verdict · {describe_opinion(opinion)}"
        odds = opinion.log_odds
        panel.foot = "" if odds is None else f"log-odds {odds:+.1f}"
        second = self.second
        known = None if second is None or subject.other is None else (second, subject.other)
        self.verdict.show_opinion(subject, opinion, known)
        return subject

    def show_known(self, name: str, subject: Subject) -> bool:
        """Show words and curve of a review if they are known; return whether they are."""
        known = self.explained.get(name, subject.text)
        if known.complete and known.sides is not None:
            self.show_words(subject, known.spans, known.sides)
            self.show_curve(subject, known.curve)
            return True
        return False

    def keep_later(self, text: str, opinion: Opinion) -> None:
        """Keep a typed review in the history once it does not change for a while."""

    def show_second(self, name: str, subject: Subject, opinion: Opinion) -> None:
        """Show the verdict of the second classifier."""
        view = self.verdict
        if self.panel.subject.text == subject.text and view.opinion is not None:
            view.show_second(name, opinion)

    def show_words(self, subject: Subject, spans: Sequence[Span], sides: Sides) -> None:
        """Show what the words of a review speak for."""
        if self.panel.subject.text != subject.text:
            return
        self._known(subject).spans, self._known(subject).sides = spans, sides
        self.panel.text.color(spans)
        self.panel.show_meaning(sides if spans else None)
        self.verdict.show_words(spans, sides)
        self.query_one("#verdict-panel", Panel).end_work()

    def show_curve(self, subject: Subject, curve: Curve | None) -> None:
        """Show the probability as a review is read on."""
        if self.panel.subject.text != subject.text:
            return
        known = self._known(subject)
        known.curve, known.complete = curve, True
        panel = self.query_one("#curve-panel", Panel)
        panel.stale = False
        panel.end_work()
        panel.title = "As it reads on"
        if curve is not None:
            panel.title = f"As it reads on · {name_curve(curve)}"
        self.curve.curve, self.curve.hint = curve, NO_CURVE
        self.mark(self.panel.text.offset_of_cursor if subject.kind == TYPED else None)

    def _known(self, subject: Subject) -> Explanation:
        return self.explained.get(self.chosen or "", subject.text)

    def mark(self, offset: int | None) -> None:
        """Mark the word at the cursor on the curve; without one, say where the turn is."""
        view, panel = self.curve, self.query_one("#curve-panel", Panel)
        if view.curve is None or panel.stale:
            panel.foot = ""
            return
        view.mark = None if offset is None else view.curve.find_word(offset)
        said = (
            describe_turn(view.curve) if view.mark is None else describe_word(view.curve, view.mark)
        )
        panel.foot = f"{said} · click a word"

    def show_progress(self, what: str, done: int, total: int) -> None:
        """Show how much of a review is explained, or read on."""
        name = "verdict" if what.startswith("explaining") else "curve"
        self.query_one(f"#{name}-panel", Panel).show_work(what, done, total)

    def show_failure(self) -> None:
        """Show that nothing works any more: something went wrong."""
        for panel in self.query(Panel):
            if panel.id in ("verdict-panel", "curve-panel"):
                panel.end_work()

    def _show_loading(self, name: str) -> None:
        show = self.query_one("#verdict-panel", Panel).show_work
        self.call_later(partial(show, f"loading {name}"))
