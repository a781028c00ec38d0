"""A line that says what will be in a panel; enter or a click begins it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static


class StartLine(Static, can_focus=True):
    """What the splits will say, and how they are tried."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Try the splits", show=False)
    ]

    class Started(Message):
        """The user wants to begin."""

    def action_start(self) -> None:
        """Begin."""
        self.post_message(self.Started())

    def on_click(self) -> None:
        """Begin."""
        self.post_message(self.Started())
