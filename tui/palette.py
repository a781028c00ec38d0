"""The command palette: every pane and action, every model and corpus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.events import Click
from textual.widgets import Input

from charlm.console.program import printable
from corpora.known.catalog import CATALOG
from tui.models import kinds
from tui.pane import Pane
from tui.tabs import TABS


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


def list_commands(
    pane: Pane | None,
    go_to: Callable[[str], None],
    use: Callable[[str, str], Awaitable[None]],
) -> Iterator[SystemCommand]:
    """Yield what can be done, the panes first.

    Args:
        pane: the one that is looked at, whose actions are offered.
        go_to: shows the tab of that name.
        use: shows a tab with a model or a corpus.
    """
    for tab in TABS:
        yield SystemCommand(tab.title, f"Go to {tab.title}", partial(go_to, tab.name))
    if pane is not None:
        for binding in type(pane).BINDINGS:
            if isinstance(binding, Binding):
                action = partial(pane.app.run_action, binding.action, pane)
                yield SystemCommand(binding.description, f"Key {binding.key}", action)
    tabs = {tab.kind: tab for tab in TABS if tab.kind is not None}
    for name, kind in kinds().items():
        if (found := tabs.get(kind)) is not None:
            # Textual would take brackets in a name for markup.
            shown = printable(name).replace("[", "(").replace("]", ")")
            open_it = partial(use, found.name, name)
            yield SystemCommand(f"{found.title} with {shown}", "Use this model", open_it)
    for name, entry in CATALOG.items():
        yield SystemCommand(f"Train on {name}", entry.title, partial(use, "train", name))
