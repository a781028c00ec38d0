"""Screens that cover the app for a moment: questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Button, Input, Label

from charlm.console.program import printable


class Modal(ModalScreen[str | None]):
    """A screen in front of the app. Of the keys of the app only the one that quits works."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        Binding("ctrl+q", "app.quit", "Quit", priority=True),
    ]

    def dismiss(self, result: str | None = None) -> AwaitComplete:
        """Close the screen, once: a second key may come before the first one is handled."""
        return super().dismiss(result) if self.is_current else AwaitComplete()


class Ask(Modal):
    """A question with a line of text as its answer; escape, or an empty line, answers None."""

    def __init__(
        self,
        question: str,
        *,
        value: str = "",
        placeholder: str = "",
        suggester: Suggester | None = None,
    ) -> None:
        """Ask a question.

        Args:
            question: text of the question.
            value: answer that stands there at first.
            placeholder: an example of an answer.
            suggester: completes what is typed; → accepts it.
        """
        super().__init__()
        self.question, self.value, self.hint = printable(question), value, placeholder
        self.suggester = suggester

    def compose(self) -> ComposeResult:
        """Lay out the question and the line."""
        with Vertical():
            yield Label(self.question, markup=False)
            yield Input(self.value, placeholder=self.hint, suggester=self.suggester)

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Return what was typed."""
        self.dismiss(event.value.strip() or None)


class Choose(Modal):
    """A question with a button for each answer; escape answers None."""

    def __init__(self, question: str, answers: Mapping[str, str]) -> None:
        """Ask a question.

        Args:
            question: text of the question.
            answers: texts of the buttons, by the answer that each of them returns.
        """
        super().__init__()
        self.question, self.answers = printable(question), answers

    def compose(self) -> ComposeResult:
        """Lay out the question and the buttons."""
        with Vertical():
            yield Label(self.question, markup=False)
            with Horizontal():
                for name, text in self.answers.items():
                    yield Button(text, id=name)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Return the answer that was chosen."""
        self.dismiss(event.button.id)
