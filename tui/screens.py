"""Help, and the question before quitting."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Markdown


class Help(ModalScreen[None]):
    """What a pane is for, and its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Close"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = title, text

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll():
            yield Markdown(f"## {self.heading}\n\n{self.text}\n\n*escape closes this*")


class Leave(ModalScreen[str | None]):
    """Asks what becomes of trainings that are under way: stop, leave, or None to stay."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Stay")]

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        what = "A training is" if self.count == 1 else f"{self.count} trainings are"
        with Vertical():
            yield Label(f"{what} under way. It can go on without this app.", markup=False)
            with Horizontal():
                yield Button("Leave it running", id="leave", variant="primary")
                yield Button("Stop it, saved", id="stop", variant="error")
                yield Button("Stay", id="stay")

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Give back the choice."""
        chosen = event.button.id
        self.dismiss(None if chosen == "stay" else chosen)
