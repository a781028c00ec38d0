"""The command: how the grammar reads it, and the actions that it asks for."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Input

from corpora.scan.grammar import parse
from tui.translate.brackets import draw_brackets, group_actions
from tui.translate.command_line import CommandLine
from tui.translate.grammar import Check, check_command
from tui.translate.symbols import draw_legend, join_groups
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

GAP = 3
"""Least columns between the actions and the legend."""
READING = "(how the grammar reads it)"


class CommandPanel(Panel):
    """The line for a command, checked as it is typed, with its reading and its actions."""

    def __init__(self, command: str, commands: Iterable[str], hint: str, *, id: str) -> None:
        """Make the panel.

        Args:
            command: the command at first.
            commands: commands that were given before.
            hint: keys for other commands, for the bottom edge.
            id: id of the widget.
        """
        super().__init__(title="Command", id=id, classes="-fixed")
        self.hint = hint
        self._line = CommandLine(command, commands, id="command")
        self._ends: tuple[str, str, str, str] = ("", "", "", "")

    def compose(self) -> ComposeResult:
        """Lay out the line and what is said of it."""
        yield self._line
        yield Caption(id="grammar", markup=False)
        yield Caption(id="actions", markup=False)

    @property
    def line(self) -> CommandLine:
        """The line for a command."""
        return self._line

    @property
    def command(self) -> str:
        """The words that were typed, in lower case, with single spaces."""
        return " ".join(self._line.value.lower().split())

    def check(self) -> Check:
        """Show and return whether the text is a command, or what is wrong with it."""
        found = check_command(self._line.value)
        reading = self.query_one("#grammar", Caption)
        reading.set_class(bool(found.wrong), "wrong")
        self.set_class(found.whole, "-whole")
        follow = " ".join(found.follow)
        if found.whole:
            phrase = parse(self.command)
            self._ends = (
                draw_brackets(phrase), READING, join_groups(group_actions(phrase)), draw_legend()
            )  # fmt: skip
            count = len(phrase.actions)
            following = f" · next: {follow}" if follow else ""
            self.foot = f"✓ {count} action{'s' * (count > 1)} · {self.hint}{following}"
        else:
            line = f"✗ {found.wrong}" if found.wrong else f"… continue with {follow}"
            self._ends = (line, "", "", "")
            self.foot = f"{'no command' if found.wrong else 'not yet whole'} · {self.hint}"
        self._draw()
        return found

    def on_resize(self, event: Resize) -> None:
        """Fit the lines into the new width."""
        self._draw()

    def _draw(self) -> None:
        width = self.size.width - 2  # the padding of the panel
        for name, left, right in (("grammar", *self._ends[:2]), ("actions", *self._ends[2:])):
            space = width - cell_len(left) - cell_len(right)
            line = f"{left}{' ' * space}{right}" if right and space >= GAP else left
            self.query_one(f"#{name}", Caption).update(line)

    @on(Input.Submitted)
    def stop_here(self, event: Input.Submitted) -> None:
        """Keep the message inside: the line has kept the command."""
        event.stop()
