"""The prompt: a few lines of text, from which a new text begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea

MOST_PASTED = 2
"""Line ends in what is pasted into the prompt; with more it is a text to read."""


class Prompt(TextArea):
    """A text area in which enter begins, and a paste of many lines is a text of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+enter,ctrl+j,shift+enter", "break_line", "New line", show=False),
    ]

    @dataclass
    class Submitted(Message):
        """A text is to begin with the prompt."""

        value: str

    @dataclass
    class Pasted(Message):
        """Many lines were pasted: a text to read, and no prompt."""

        text: str

    def __init__(self, value: str, *, id: str | None = None) -> None:
        super().__init__(
            value, id=id, compact=True, placeholder="a prompt", highlight_cursor_line=False
        )

    @property
    def value(self) -> str:
        """What the prompt says."""
        return self.text

    @value.setter
    def value(self, value: str) -> None:
        self.text = value
        self.move_cursor(self.document.end)

    def on_mount(self) -> None:
        """Begin to type at the end."""
        self.move_cursor(self.document.end)

    def action_break_line(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    async def _on_key(self, event: Key) -> None:
        """Begin with enter."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted(self.text))

    async def _on_paste(self, event: Paste) -> None:
        """Take many lines for a text to read."""
        event.stop()
        event.prevent_default()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        if text.strip("\n").count("\n") > MOST_PASTED:
            self.post_message(self.Pasted(text))
        else:
            self.replace(text, *self.selection, maintain_selection_offset=False)
