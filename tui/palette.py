"""The command palette."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.events import Click
from textual.widgets import Input


class Found(CommandList):
    """The commands that were found."""

    def on_click(self, event: Click) -> None:
        """Leave alone what was clicked before the list became a shorter one."""
        if event.style.meta.get("option", 0) >= self.option_count:
            event.prevent_default()

    def action_page_up(self) -> None:
        """Go to the first one."""
        self.action_first()

    def action_page_down(self) -> None:
        """Go to the last one."""
        self.action_last()


class Palette(CommandPalette):
    """Textual's own, but for four errors of version 8.2.

    Left while it gathers commands, it raises NoMatches when it goes on with a list that has gone;
    left twice before the first is heard, ScreenStackError; clicked as its list gets shorter,
    IndexError; and a page up or down raises KeyError where the list has no room to be laid out.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "app.quit", "Quit", priority=True, show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out as CommandPalette does, but for the list."""
        for part in super().compose():
            yield Found() if isinstance(part, CommandList) else part

    @on(Input.Changed)
    def ignore(self, event: Input.Changed) -> None:
        """Search no more once it is closed."""
        if not self.is_current:
            event.prevent_default().stop()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, if that is still to be done, and gather no more."""
        self.workers.cancel_node(self)
        return super().dismiss(result) if self.is_current else AwaitComplete()
