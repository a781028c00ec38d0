"""The captions that a beam search finds, with their log-probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message

from charlm.console.program import printable
from tui.caption.subject import Said, Subject, judge_in_words
from tui.widgets.chances import format_share
from tui.widgets.panel import Panel
from tui.widgets.table import Table

COLUMNS = ("p", "", "caption")


class BeamPanel(Panel):
    """The captions in a table; that at the cursor is the one that is looked at."""

    @dataclass
    class Chosen(Message):
        """Another caption is to be looked at."""

        index: int

    def __init__(self, *, id: str) -> None:
        super().__init__(title="Beam", id=id)

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield Table(cursor_type="row", cell_padding=1, id="captions-table")

    def on_mount(self) -> None:
        """Make the columns."""
        self.query_one(Table).add_columns(*COLUMNS)

    def show_captions(self, subject: Subject, said: Said | None) -> None:
        """Show what a captioner says."""
        table = self.query_one(Table)
        with self.prevent(Table.RowHighlighted):
            table.clear()
            for caption in said.captions if said is not None else ():
                mark = ""
                if subject.scene is not None:
                    mark = "✓" if judge_in_words(caption.words, subject.scene)[0] else "✗"
                text = caption.text if caption.ended else f"{caption.text} …"
                cells = (format_share(math.exp(caption.log_prob)), mark, printable(text))
                table.add_row(*(Text(cell, no_wrap=True) for cell in cells))
        found = 0 if said is None else len(said.captions)
        self.title = f"Beam · {found} found" if found else "Beam"
        self.foot = "↑ ↓ looks at another one" if found > 1 else ""

    @on(Table.RowHighlighted, "#captions-table")
    def choose(self, event: Table.RowHighlighted) -> None:
        """Look at another caption."""
        event.stop()
        self.post_message(self.Chosen(event.cursor_row))
