"""A line of words to click, for those who use the mouse; each has a key as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

GAP = "   "


class Buttons(Static):
    """Words on a line; a click posts `Pressed`."""

    @dataclass
    class Pressed(Message):
        """A word was clicked."""

        name: str

    def __init__(self, buttons: Mapping[str, str], *, id: str | None = None) -> None:
        """Show words.

        Args:
            buttons: the words by their names, which `Pressed` tells.
            id: id of the widget.
        """
        words = [
            Content(word).stylize(Style.from_meta({"@click": f"press('{name}')"}))
            for name, word in buttons.items()
        ]
        super().__init__(Content(GAP).join(words), id=id)

    def action_press(self, name: str) -> None:
        """Tell that a word was clicked."""
        self.post_message(self.Pressed(name))
