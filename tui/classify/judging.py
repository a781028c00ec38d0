"""The threads that read a review: one for the verdict, one for words and curve.

The verdict never waits for an explanation. An explanation that nobody waits for any more stops at
its next report of progress.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from textual.worker import Worker, get_current_worker

from charlm.console.program import format_name
from tui.classify.opinions import Opinion
from tui.classify.spans import Span, make_spans, orient
from tui.classify.subject import Subject
from tui.classify.verdict_lines import Sides
from tui.models import Models
from tui.pane import Pane
from tui.workers import in_thread

if TYPE_CHECKING:
    from seq.imdb.explain import Explanation
    from seq.imdb.library import TextClassifier
    from tui.classify.curve import Curve

LONGEST_COLORED = 20_000
"""Characters of a text that are explained and shown in colour."""


class OutdatedError(Exception):
    """Nobody waits any more for what is being computed."""


def load_classifier(path: str) -> TextClassifier:
    """Return the classifier at `path`, on the CPU."""
    from seq.imdb.library import load

    found = load(path, device="cpu")
    # What torch and the model are made of stays: to look through it, the garbage collector would
    # stop the screen for 0.2 s again and again while a large table makes new objects.
    gc.freeze()
    return found


class JudgingPane(Pane):
    """A pane that has reviews read in threads, and shows what they find."""

    classifiers: Models[TextClassifier]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.explaining = Lock()
        """Lock that a thread holds while it explains a text."""

    # What a subclass shows

    def show_opinion(self, name: str, subject: Subject, opinion: Opinion) -> None:
        """Show the verdict of a review."""

    def show_second(self, name: str, subject: Subject, opinion: Opinion) -> None:
        """Show the verdict of the second classifier."""

    def show_words(self, subject: Subject, spans: Sequence[Span], sides: Sides) -> None:
        """Show what the words of a review speak for."""

    def show_curve(self, subject: Subject, curve: Curve | None) -> None:
        """Show the probability as a review is read on."""

    def show_progress(self, what: str, done: int, total: int) -> None:
        """Show how much of a review is explained, or read on."""

    def show_failure(self) -> None:
        """Show that nothing works any more: something went wrong."""

    # Threads

    def get_classifier(self, worker: Worker[None], name: str) -> TextClassifier:
        """Return a classifier, loaded if it was not.

        Raises:
            OutdatedError: the worker is cancelled.
        """
        with self.classifiers.lock:
            if worker.is_cancelled:
                raise OutdatedError
            return self.classifiers.get(name)

    @in_thread("classify")
    def judge(self, name: str, second: str | None, subject: Subject) -> None:
        """Show the verdict of a review; load the classifier even if the review has no text."""
        worker = get_current_worker()
        try:
            chosen = self.get_classifier(worker, name)
            if subject.text.strip():
                opinion = subject.opinion or Opinion.of(chosen.classify([subject.text])[0])
                self.show_later(worker, self.show_opinion, name, subject, opinion)
                if second is not None:
                    said = subject.other
                    if said is None:
                        other = self.get_classifier(worker, second)
                        said = Opinion.of(other.classify([subject.text])[0])
                    self.show_later(worker, self.show_second, second, subject, said)
            else:
                self.show_later(worker, self.show_opinion, name, subject, Opinion(None, {}))
        except OutdatedError:
            return
        except Exception:
            self.show_later(worker, self.show_failure)
            raise

    @in_thread("explain")
    def explain(self, name: str, subject: Subject) -> None:
        """Show what the words of a review speak for, then the curve as it is read on."""
        from seq.imdb.beginnings import read_on
        from seq.imdb.explain import explain
        from tui.classify.curve import Curve

        worker, text = get_current_worker(), subject.text[:LONGEST_COLORED]
        # A lock of its own: an explanation takes seconds, and the next verdict does not wait.
        with self.explaining:
            try:
                chosen = self.get_classifier(worker, name)
                advance = partial(self._advance, worker, [0], subject)
                explanation = explain(chosen, text, progress=partial(advance, "explaining words"))
                self._show_explanation(worker, subject, explanation)
                advance = partial(self._advance, worker, [0], subject)
                found = read_on(chosen, text, progress=partial(advance, "reading on"))
                curve = None if found is None else Curve.of(found)
                self.show_later(worker, self.show_curve, subject, curve)
            except OutdatedError:
                return
            except Exception:
                self.show_later(worker, self.show_failure)
                raise

    def _advance(
        self, worker: Worker[None], done: list[int], subject: Subject, what: str, words: int
    ) -> None:
        """Show how far a thread is; stop it if nobody waits for it."""
        if worker.is_cancelled:
            raise OutdatedError
        done[0] += words
        total = subject.opinion.words if subject.opinion is not None else 0
        self.show_later(worker, self.show_progress, what, done[0], max(total, done[0]))

    def _show_explanation(
        self, worker: Worker[None], subject: Subject, explanation: Explanation
    ) -> None:
        pieces, pro, contra = orient(explanation)
        sides = Sides(pro, contra)
        self.show_later(worker, self.show_words, subject, make_spans(pieces), sides)


def know(subject: Subject, opinion: Opinion) -> Subject:
    """Return a review of which it is known now what is said of it."""
    return replace(subject, opinion=opinion)


def describe_classifier(name: str, opinion: Opinion) -> str:
    """Return the name of a classifier and its classes, in a few words."""
    classes = [format_name(one) for one in opinion.shares]
    if len(classes) > 3:
        return f"{format_name(name)} · {len(classes)} classes"
    return " · ".join(filter(None, [format_name(name), "/".join(classes)]))
