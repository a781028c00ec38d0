"""A line in which one types what to find in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.keys import bind
from tui.widgets.caption import Caption


class FindBar(Horizontal):
    """What to find, and how often it is there. It is hidden until it is opened."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("stop", "close", "close")]

    @dataclass
    class Changed(Message):
        """Another text is to be found; "" for none."""

        wanted: str

    @dataclass
    class Next(Message):
        """The next place is to be shown."""

    class Closed(Message):
        """The bar was closed."""

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield Static("find ", markup=False)
        yield Input(id="wanted", compact=True, select_on_focus=True)
        yield Caption("", id="found", markup=False)

    def on_mount(self) -> None:
        """Hide the bar."""
        self.display = False

    def open(self) -> None:
        """Show the bar, and take what is typed."""
        self.display = True
        self.query_one(Input).focus()

    def show_count(self, line: str) -> None:
        """Show how often it was found, and which of the places is shown."""
        self.query_one("#found", Caption).update(line)

    def action_close(self) -> None:
        """Hide the bar; nothing is marked any more."""
        self.display = False
        self.query_one(Input).value = ""
        self.post_message(self.Closed())

    @on(Input.Changed)
    def find(self, event: Input.Changed) -> None:
        """Find what was typed."""
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Show the next place."""
        event.stop()
        self.post_message(self.Next())
