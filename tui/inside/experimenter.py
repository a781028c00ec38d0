"""What the user tries: holding a unit, finding units by a pattern, saving the picture."""

from __future__ import annotations

from functools import partial
from typing import cast

from textual.worker import get_current_worker

from charlm.inside.units.patterns import make_pattern
from corpora.errors import UserError
from tui.files import save
from tui.inside.characters import CharacterText
from tui.inside.choices import Choices
from tui.inside.continuations import LENGTH, Plan, read_value, write_on
from tui.inside.findings import Findings, Ranking
from tui.inside.picture import Format, draw_picture
from tui.inside.reader import Reader
from tui.screens import Choose
from tui.workers import in_thread, in_turns

SHOW_EVERY = 8
"""Characters that are written between two looks at them."""


class Experimenter(Reader):
    """A reader with what the user can try on the text."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.choices = Choices()
        self.writing = False
        """Whether the text is being written on."""

    # What the pane shows

    def show_texts(self, free: str, held: str, what: str) -> None:
        """Show what was written so far, as it is and with a unit held."""

    def show_ranking(self, ranking: Ranking | None, line: str = "") -> None:
        """Show the units that go with something, or why there are none."""

    def list_shown(self) -> list[int]:
        """Return the units of the map, from the top row down."""
        return []

    def end_older(self) -> None:
        """End what is computed of an older text."""
        super().end_older()
        self.stop_writing()
        self.stop_finding()

    # Holding

    def action_write(self) -> None:
        """Write the text on with the chosen unit held, or stop it."""
        subject, choices = self.subject, self.choices
        if self.writing:
            self.stop_writing()
            return
        if subject is None or self.sight is None or choices.unit is None:
            return
        if not isinstance(subject, CharacterText):
            self.fail(subject.lacks_writing)
            return
        field = self.sight.memory_field
        try:
            value = read_value(choices.value, field)
        except UserError as error:
            self.fail(str(error))
            return
        self.writing = True
        self._write(subject, Plan(choices.layer, choices.unit, field, value), self.place + 1)

    @in_thread("write")
    def _write(self, subject: CharacterText, plan: Plan, end: int) -> None:
        worker = get_current_worker()
        brake = self._make_brake(worker, "hold", "writing", LENGTH)
        self.show_later(worker, self.show_work, "hold", "writing", 0, LENGTH)
        free, held = [], []
        what = f"held {plan.write_hold()}"
        try:
            for count, (one, other) in enumerate(write_on(subject.model, subject.text[:end], plan)):
                free.append(one)
                held.append(other)
                brake(1)
                if count % SHOW_EVERY == SHOW_EVERY - 1 or count == LENGTH - 1:
                    texts = "".join(free), "".join(held)
                    self.show_later(worker, self.show_texts, *texts, what)
        finally:
            self.show_later(worker, self._end_writing)

    def _end_writing(self) -> None:
        self.writing = False
        self.end_work("hold")

    def stop_writing(self) -> None:
        """Stop writing the text on."""
        self.workers.cancel_group(self, "write")
        self._end_writing()

    # Finding

    def rank(self, feature: str, pattern: str) -> None:
        """Find the units that go with a feature by rule, or with a pattern."""
        self.choices.pattern = pattern
        if feature:
            self.choices.feature = feature
        if self.findings is not None:
            self._rank(self.findings, feature, pattern)

    @in_thread("find")
    def _rank(self, findings: Findings, feature: str, pattern: str) -> None:
        worker = get_current_worker()
        self.show_later(worker, self.show_work, "find", "comparing units", None, None)
        try:
            if pattern:
                ranking = findings.rank_pattern(make_pattern(pattern))
            elif feature in findings.series:
                ranking = findings.rank(feature)
            else:
                self.show_later(worker, self.show_ranking, None, "The text has no such feature.")
                return
            self.show_later(worker, self.show_ranking, ranking)
        except UserError as error:
            self.show_later(worker, self.show_ranking, None, str(error))
        finally:
            self.show_later(worker, self.end_work, "find")

    def stop_finding(self) -> None:
        """Stop finding units."""
        self.workers.cancel_group(self, "find")
        self.end_work("find")

    # Saving

    @in_turns("save", exclusive=True)
    async def action_save(self) -> None:
        """Ask for a form and a name, and save the map as a picture."""
        sight, choices, units, place = self.sight, self.choices, self.list_shown(), self.place
        if sight is None:
            self.fail("there is nothing to save yet")
            return
        answers = {"png": "PNG", "svg": "SVG"}
        kind = await self.app.push_screen_wait(Choose("Save the map as a picture:", answers))
        if kind is None:
            return
        form = cast("Format", kind)
        draw = partial(draw_picture, sight, choices.layer, choices.quantity, units, place, form)
        name = f"inside-{choices.layer + 1}-{choices.quantity}.{kind}"
        await save(self.app, "Save the picture as:", name, draw)
