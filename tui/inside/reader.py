"""Read what another pane has open, in threads: for the map, for the card of a unit, for layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.timer import Timer
from textual.worker import Worker, get_current_worker

from charlm.runs.registry import CHARACTERS, CLASSIFIER, TRANSLATOR
from corpora.errors import UserError
from tui.inside import opening
from tui.inside.brake import Brake
from tui.inside.findings import Findings
from tui.inside.sights import Sight
from tui.inside.subjects import LayerLoss, Subject
from tui.models import Models
from tui.pane import Pane
from tui.reading import Reading
from tui.workers import in_thread

MARGIN = 60
"""Places before an edge of what was read at which more is read."""
SOON, LATER = 0.05, 1.0
"""Seconds after which units are compared on a new text, and on one that is being written."""


class Reader(Pane):
    """A pane that reads a text in threads; each newer work of a kind ends the older one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._models = {
            kind: Models(self._make_loader(kind), lambda name: None)
            for kind in (CHARACTERS, CLASSIFIER, TRANSLATOR)
        }
        self.reading: Reading | None = None
        """What is read, as another pane has it."""
        self.subject: Subject | None = None
        """The same, opened; until it is, what was opened before."""
        self.opened: Reading | None = None
        """What `subject` is."""
        self.sight: Sight | None = None
        self.findings: Findings | None = None
        self.losses: list[LayerLoss] | None = None
        """What is lost with each layer silenced; None while it is measured."""
        self.place = 0
        """Place of the text at the cursor."""
        self._gathered: tuple[Subject, range] | None = None
        self._gather_timer: Timer | None = None

    @staticmethod
    def _make_loader(kind: str) -> Callable[[str], Any]:
        return lambda path: opening.load_model(kind, path)

    # What the pane shows

    def show_work(self, what: str, line: str, done: int | None, total: int | None) -> None:
        """Show that something works; `what` is map, card or layers."""

    def end_work(self, what: str) -> None:
        """Show that it has ended."""

    def show_trouble(self, line: str) -> None:
        """Show why a text cannot be read."""

    def show_sight(self) -> None:
        """Show `sight`, which is new."""

    def show_findings(self) -> None:
        """Show `findings`, which are new, or None again."""

    def show_losses(self) -> None:
        """Show `losses`, which are new, or None again."""

    # Reading

    def read(self, reading: Reading) -> None:
        """Read another text, or the same one with the cursor elsewhere."""
        old, self.reading = self.reading, reading
        same = old is not None and old.is_same_text(reading)
        if same and self.subject is not None and self.is_current:
            self.move(self.subject.find_place(reading.position))
            return
        grows = old is not None and bool(old.text) and reading.continues(old)
        if not grows:
            self.end_older()
        self._look(reading, None, LATER if grows else SOON)

    @property
    def is_current(self) -> bool:
        """Whether what is to be read is open: not while it is opened, nor if it cannot be."""
        opened, reading = self.opened, self.reading
        return opened is not None and reading is not None and opened.is_same_text(reading)

    def move(self, place: int) -> None:
        """Move the cursor to a place of the text; read more if it is not yet read there.

        In a text that is to be replaced the cursor stays in what was read of it: to read more of it
        would end the opening of the new one.
        """
        self.place = place
        if (sight := self.sight) is None or self.reading is None:
            return
        if not self.is_current:
            self.place = max(sight.start, min(place, sight.end - 1))
        elif not sight.covers(place, MARGIN):
            self._look(self.reading, self.subject, SOON)

    @in_thread("look")
    def _look(self, reading: Reading, subject: Subject | None, wait: float) -> None:
        """Open a text, or go on in one that is open, and see what is around the cursor."""
        worker = get_current_worker()
        self.show_later(worker, self.show_work, "map", "reading", None, None)
        try:
            place = self.place
            if subject is None:
                subject = self._open(reading)
                place = subject.find_place(reading.position)
            brake = self._make_brake(worker, "map", "reading", None)
            sight = subject.look(place, brake)
        except UserError as error:
            self.show_later(worker, self.show_trouble, str(error))
            return
        finally:
            self.show_later(worker, self.end_work, "map")
        self.show_later(worker, self._take_sight, reading, subject, sight, place, wait)

    def _open(self, reading: Reading) -> Subject:
        if not reading.model:
            reading = opening.find_example()
        models = self._models[reading.kind]
        with models.lock:
            model = models.get(reading.model)
        return opening.open_subject(reading, model)

    def _make_brake(self, worker: Worker[Any], what: str, line: str, total: int | None) -> Brake:
        def report(done: int) -> None:
            self.show_later(worker, self.show_work, what, line, done, total)

        return Brake(lambda: worker.is_cancelled, report)

    def _take_sight(
        self, reading: Reading, subject: Subject, sight: Sight, place: int, wait: float
    ) -> None:
        old = self.opened
        if subject is not self.subject:
            if old is None or (old.kind, old.model) != (reading.kind, reading.model):
                self.findings = self.losses = None  # those of another model
            self.subject, self.place = subject, place
        elif not sight.covers(self.place, 0):  # the cursor has gone on meanwhile
            self._look(reading, subject, wait)
            return
        self.sight, self.opened = sight, reading
        self.show_sight()
        material = subject.choose_material(self.place)
        if self._gathered == (subject, material):
            return
        self._gathered = (subject, material)
        if self._gather_timer is not None:
            self._gather_timer.stop()
        self._gather_timer = self.set_timer(wait, lambda: self._gather(subject, self.place))

    @in_thread("gather")
    def _gather(self, subject: Subject, place: int) -> None:
        """Read the text, to compare units on it."""
        worker = get_current_worker()
        line, total = f"reading {subject.what}s", subject.count_work(place)
        self.show_later(worker, self.show_work, "card", line, 0, total)
        try:
            material = subject.gather(place, self._make_brake(worker, "card", line, total))
            findings = Findings(material)
        finally:
            self.show_later(worker, self.end_work, "card")
        self.show_later(worker, self._take_findings, subject, findings, place)

    def _take_findings(self, subject: Subject, findings: Findings, place: int) -> None:
        self.findings, self.losses = findings, [] if subject.lacks_layers else None
        self.show_findings()
        self.show_losses()
        if not subject.lacks_layers:
            self._measure(subject, place)

    @in_thread("layers")
    def _measure(self, subject: Subject, place: int) -> None:
        """Measure what is lost with each layer silenced."""
        worker = get_current_worker()
        line, total = "silencing layers", subject.count_layers_work()
        self.show_later(worker, self.show_work, "layers", line, 0, total)
        try:
            brake = self._make_brake(worker, "layers", line, total)
            losses = subject.measure_layers(place, brake)
        finally:
            self.show_later(worker, self.end_work, "layers")
        self.show_later(worker, self._take_losses, losses)

    def _take_losses(self, losses: list[LayerLoss]) -> None:
        self.losses = losses
        self.show_losses()

    def end_older(self) -> None:
        """End what is computed of an older text: it would come among what is of the new one."""
        for group, what in (("gather", "card"), ("layers", "layers")):
            self.workers.cancel_group(self, group)
            self.end_work(what)
        if self._gather_timer is not None:
            self._gather_timer.stop()
        self._gathered = None

    def stop_reading(self) -> None:
        """End all threads; what they were to show is read again with the next text."""
        for group in ("look", "gather", "layers"):
            self.workers.cancel_group(self, group)
        if self._gather_timer is not None:
            self._gather_timer.stop()
        if self.findings is None or self.losses is None:
            self._gathered = None
        for what in ("map", "card", "layers"):
            self.end_work(what)
