"""The translations that a beam search finds, with their log-probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Show
from textual.message import Message

from charlm.console.program import format_name
from corpora.scan.grammar import interpret
from tui.translate.contents import WRONG
from tui.translate.symbols import join_actions
from tui.widgets.chances import format_log, format_share
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.table import Table

if TYPE_CHECKING:
    from seq.scan.library import TranslatedCommand

COLUMNS = ("", "log p", "p", "", "actions")


class BeamPanel(Panel):
    """A width to choose, and a row for each hypothesis, the most probable first."""

    @dataclass
    class Wanted(Message):
        """The panel is shown: it wants hypotheses."""

    def __init__(self, width: int, *, id: str) -> None:
        super().__init__(title="Beam", id=id)
        self.first_width = width
        self.asked: tuple[str, str, int] | None = None
        """Model, command and width of the hypotheses that are shown, or being computed."""

    def compose(self) -> ComposeResult:
        """Lay out the width and the table."""
        from seq.beam import WIDEST_BEAM

        widths = range(1, WIDEST_BEAM + 1)
        yield Stepper("width", widths, self.first_width, id="beam-width")
        yield Table(cursor_type="row", cell_padding=1, id="beam-table")

    def on_mount(self) -> None:
        """Make the columns."""
        self.table.add_columns(*COLUMNS)

    def on_show(self, event: Show) -> None:
        """Ask for hypotheses."""
        self.post_message(self.Wanted())

    @property
    def table(self) -> Table:
        """The table of the hypotheses."""
        return self.query_one(Table)

    @property
    def stepper(self) -> Stepper:
        """The width of the beam, to choose."""
        return self.query_one(Stepper)

    @property
    def width(self) -> int:
        """Width of the beam."""
        return int(self.stepper.value or 1)

    def show_hypotheses(self, letter: str, model: str, found: Sequence[TranslatedCommand]) -> None:
        """Show what the search found.

        Args:
            letter: name of the side that it was made for.
            model: name of the translator.
            found: the translations, the most probable first.
        """
        self.end_work()
        self.stale = False
        self.title = f"Beam · {letter} {format_name(model)} · {len(found)} found"
        self.table.clear()
        wanted = interpret(" ".join(found[0].command))
        right = [one.ended and one.actions == wanted for one in found]
        for number, (one, good) in enumerate(zip(found, right, strict=True), 1):
            actions = join_actions(one.actions) or "no actions"
            cells = [
                str(number),
                format_log(one.log_prob),
                format_share(math.exp(one.log_prob)),
                "✓" if good else WRONG,
                actions if one.ended else f"{actions} …",
            ]
            self.table.add_row(*(Text(cell, no_wrap=True) for cell in cells))
        place = right.index(True) + 1 if any(right) else None
        self.foot = f"the right one is number {place}" if place else "the right one is not found"
