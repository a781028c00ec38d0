"""The command palette."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.widgets import Input


class Palette(CommandPalette):
    """Textual's own, but for three errors of version 8.2.

    Left while it gathers commands, it raises NoMatches when it goes on with a list that has gone;
    left twice before the first is heard, ScreenStackError; and a page up or down raises KeyError
    where the list has no room to be laid out.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "command_list('first')", show=False),
        Binding("pagedown", "command_list('last')", show=False),
        Binding("ctrl+q", "app.quit", "Quit", priority=True, show=False),
    ]

    @on(Input.Changed)
    def ignore(self, event: Input.Changed) -> None:
        """Search no more once it is closed."""
        if not self.is_current:
            event.prevent_default().stop()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, if that is still to be done, and gather no more."""
        self.workers.cancel_node(self)
        return super().dismiss(result) if self.is_current else AwaitComplete()
