"""A pane in which the user chooses each character: the step mode."""

from __future__ import annotations

from textual import on

from charlm.console.program import format_name
from tui.generate.candidate_bars import DIGITS
from tui.generate.looking_pane import LookingPane
from tui.generate.next_panel import NextPanel
from tui.generate.text_view import TextView
from tui.widgets.bars import Bars

LITERAL = "\\"
"""What is typed before a digit, or before itself, that is to be taken as it is."""


class SteppingPane(LookingPane):
    """What a character does that is typed in step mode."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._literal = False
        """Whether the next character is taken as it is."""

    @on(TextView.Typed)
    def type(self, event: TextView.Typed) -> None:
        """Take a character that was typed, or the candidate of a digit."""
        author, cursor, typed = self.desk.author, self.desk.view.cursor, event.character
        if author is None:
            return
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
        prediction = self.query_one(NextPanel).prediction
        if prediction is not None and number < len(prediction.candidates):
            self._take(prediction.candidates[number].id)

    def _take(self, index: int) -> None:
        author, cursor = self.desk.author, self.desk.view.cursor
        if author is not None and author.take(cursor, index):
            self.desk.show_up_to(cursor)
