"""A pane in which the user chooses each character: the step mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from charlm.console.program import format_name
from tui.generate.candidate_bars import DIGITS
from tui.generate.desk import Desk
from tui.generate.looking_pane import LookingPane
from tui.generate.next_panel import NextPanel
from tui.generate.text_view import TextView
from tui.widgets.bars import Bars

if TYPE_CHECKING:
    from tui.generate.author import Author

LITERAL = "\\"
"""What is typed before a digit, or before itself, that is to be taken as it is."""


class SteppingPane(LookingPane):
    """What a character does that is typed in step mode."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._literal = False
        """Whether the next character is taken as it is."""
        self._waiting: list[str] = []
        """Characters that were typed while the one before was being read."""

    @on(TextView.Typed)
    def type(self, event: TextView.Typed) -> None:
        """Take a character that was typed, or the candidate of a digit."""
        author = self.desk.author
        if author is None or (author.writer.busy and not author.choosing):
            return  # a long text is being read
        self._waiting.append(event.character)
        self.take_waiting()

    @on(Desk.Written)
    def take_waiting(self) -> None:
        """Take characters that were typed, until the network has to read one."""
        author = self.desk.author
        while author is not None and self._waiting and not author.writer.busy:
            self.desk.show_written()  # the cursor stands behind the character before
            self._take_typed(author, self._waiting.pop(0))

    def _take_typed(self, author: Author, typed: str) -> None:
        cursor = self.desk.view.cursor
        literal, self._literal = self._literal, False
        if not typed:
            if author.take_back(cursor):
                self.desk.show_all()
        elif typed == LITERAL and not literal:
            self._literal = True
        elif typed in DIGITS and not literal:
            self.take_candidate(DIGITS.index(typed))
        elif typed in author.manuscript.model.vocabulary:
            self._take(author.manuscript.model.vocabulary.index(typed))
        else:
            name = format_name(author.manuscript.model.name)
            self.notify(f"{name} does not know {typed!r}", severity="warning", markup=False)

    @on(Bars.Clicked)
    def take_clicked(self, event: Bars.Clicked) -> None:
        """Take the candidate that was clicked, in step mode."""
        self.take_candidate(event.number)

    def take_candidate(self, number: int) -> None:
        """In step mode, end the text at the cursor with the candidate of that index."""
        self.look()
        panel = self.query_one(NextPanel)
        if panel.prediction is not None and not panel.stale:
            for candidate in panel.prediction.candidates[number : number + 1]:
                self._take(candidate.id)

    def _take(self, index: int) -> None:
        author, cursor = self.desk.author, self.desk.view.cursor
        if author is not None and author.take(cursor, index):
            self.desk.show_up_to(cursor)
