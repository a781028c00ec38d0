"""The line in which a command is typed, with the commands before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Blur
from textual.message import Message
from textual.widgets import Input

from tui.translate.grammar import NextWord, check_command
from tui.translate.history import History


class CommandLine(Input):
    """A command. `↑` and `↓` go through the commands that were given before.

    A command is kept when enter is pressed, when another one is put in its place, and when the
    focus leaves the line.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(-1)", "Command before", show=False),
        Binding("down", "recall(1)", "Command after", show=False),
    ]

    @dataclass
    class Kept(Message):
        """A command was added to the history."""

        command: str

    class Left(Message):
        """The user goes down from what is being typed."""

    def __init__(
        self, command: str, commands: Iterable[str] = (), *, id: str | None = None
    ) -> None:
        """Begin with a command.

        Args:
            command: what is in the line at first.
            commands: the commands before, the last one at the end.
            id: id of the widget.
        """
        super().__init__(
            command,
            placeholder="a command",
            suggester=NextWord(),
            select_on_focus=False,
            id=id,
            compact=True,
        )
        self.history = History(commands)

    def keep(self) -> None:
        """Add what is in the line to the history, if it is a whole command."""
        command = " ".join(self.value.lower().split())
        if check_command(command).whole and self.history.add(command):
            self.post_message(self.Kept(command))

    def put(self, command: str) -> None:
        """Put another command into the line, and keep both."""
        self.keep()
        self._write(command)
        self.keep()

    def action_recall(self, direction: int) -> None:
        """Show the command before this one, or the one after it; after the last is the map."""
        history = self.history
        found = history.go_back(self.value) if direction < 0 else history.go_on()
        if found is not None:
            self._write(found)
        elif direction > 0:
            self.post_message(self.Left())

    def _write(self, command: str) -> None:
        self.value = command
        self.cursor_position = len(command)

    async def action_submit(self) -> None:
        """Keep the command."""
        self.keep()
        await super().action_submit()

    def on_blur(self, event: Blur) -> None:
        """Keep the command."""
        self.keep()
