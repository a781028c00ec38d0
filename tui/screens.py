"""What stands before the app for a moment: help, and questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Markdown


class Modal(ModalScreen[str | None]):
    """Stands before the app, whose keys wait; but for the one that quits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        Binding("ctrl+q", "app.quit", "Quit", priority=True),
    ]

    def dismiss(self, result: str | None = None) -> AwaitComplete:
        """Close, if that is still to be done: a second key may come before the first is heard."""
        return super().dismiss(result) if self.is_current else AwaitComplete()


class Help(Modal):
    """What a pane is for, and its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,q", "dismiss", "Close", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = title, text

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll():
            yield Markdown(f"## {self.heading}\n\n{self.text}\n\n*escape closes this*")


class Ask(Modal):
    """Asks for a line; what comes back is None if the question was left with escape."""

    def __init__(self, question: str, *, value: str = "", placeholder: str = "") -> None:
        super().__init__()
        self.question, self.value, self.hint = question, value, placeholder

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical():
            yield Label(self.question, markup=False)
            yield Input(self.value, placeholder=self.hint)

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Give back what was typed."""
        self.dismiss(event.value.strip() or None)


class Choose(Modal):
    """Asks for one of a few answers; what comes back is None if it was left with escape."""

    def __init__(self, question: str, answers: Mapping[str, str]) -> None:
        """Ask `question`; what `answers` calls each answer stands on its button."""
        super().__init__()
        self.question, self.answers = question, answers

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical():
            yield Label(self.question, markup=False)
            with Horizontal():
                for name, text in self.answers.items():
                    yield Button(text, id=name)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Give back the choice."""
        self.dismiss(event.button.id)
