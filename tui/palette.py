"""The command palette: go to every pane, action, model and corpus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.events import Click
from textual.fuzzy import FuzzySearch
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Input

from charlm.console.program import format_name
from corpora.errors import UserError
from corpora.known.catalog import CATALOG
from tui.help import format_key
from tui.models import list_kinds
from tui.pane import Pane
from tui.tabs import TABS


class CommandResults(CommandList):
    """The commands that match what was typed."""

    def on_click(self, event: Click) -> None:
        """Ignore a click on a line that has gone because the list became shorter."""
        if event.style.meta.get("option", 0) >= self.option_count:
            event.prevent_default()

    def action_page_up(self) -> None:
        """Go to the first command."""
        self.action_first()

    def action_page_down(self) -> None:
        """Go to the last command."""
        self.action_last()


class Commands(Provider):
    """The commands of the app, whose titles are texts.

    The provider of Textual 8.2 takes titles for markup, and its search takes a time that grows
    exponentially with the length of a title.
    """

    def __init__(self, screen: Screen[Any], match_style: Style | None = None) -> None:
        super().__init__(screen, match_style)
        self.known: Sequence[SystemCommand] = ()

    async def startup(self) -> None:
        """Gather the commands, once: every model file is opened for it, too slow for each key."""
        self.known = [*self.app.get_system_commands(self.screen)]

    async def discover(self) -> Hits:
        """Yield all commands, by title."""
        for command in sorted(self.known, key=lambda one: one.title):
            if command.discover:
                shown = Content(command.title)
                yield DiscoveryHit(shown, command.callback, text=command.title, help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose titles have the letters of `query`, in their order."""
        for title, text, callback, _ in self.known:
            if offsets := find_letters(query, title):
                together = offsets[-1] - offsets[0] == len(offsets) - 1
                score = FuzzySearch().score(title, offsets) * (1.5 if together else 1.0)
                shown = Content(title)
                for offset in offsets:
                    shown = shown.stylize(self.match_style or "reverse", offset, offset + 1)
                yield Hit(score, shown, callback, text=title, help=text)


def find_letters(query: str, title: str) -> Sequence[int]:
    """Return where a title has the letters of `query`: together, else one after the other.

    Returns:
        Index of each letter, or nothing if the title does not have them.
    """
    letters = [letter.lower() for letter in title]  # one for one: "İ".lower() has two characters
    wanted = [letter.lower() for letter in query if not letter.isspace()]
    typed = [letter.lower() for letter in query]
    for start in range(len(letters) - len(typed) + 1):
        if letters[start : start + len(typed)] == typed:
            return range(start, start + len(typed))
    found: list[int] = []
    for index, letter in enumerate(letters):
        if len(found) < len(wanted) and letter == wanted[len(found)]:
            found.append(index)
    return found if len(found) == len(wanted) else ()


class Palette(CommandPalette):
    """Textual's command palette, without four errors of version 8.2.

    It raises NoMatches if it is closed while it gathers commands, because it continues with a list
    that has gone. It raises ScreenStackError if it is closed twice before the first is handled. A
    click raises IndexError while the list becomes shorter. Page up and page down raise KeyError
    where the window has no room for the list.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "app.quit", "Quit", priority=True, show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the palette as CommandPalette does, with another list."""
        for part in super().compose():
            yield CommandResults() if isinstance(part, CommandList) else part

    @on(Input.Changed)
    def ignore(self, event: Input.Changed) -> None:
        """Ignore what is typed once the palette is closed."""
        if not self.is_current:
            event.prevent_default().stop()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close the palette, once, and stop gathering commands."""
        self.workers.cancel_node(self)
        return super().dismiss(result) if self.is_current else AwaitComplete()


def list_commands(
    pane: Pane | None,
    go_to: Callable[[str], None],
    use: Callable[[str, str], Awaitable[None]],
) -> Iterator[SystemCommand]:
    """Yield the commands of the app: tabs, actions, models and corpora.

    Args:
        pane: pane of the active tab, if it is made; its actions are offered.
        go_to: shows the tab of a name.
        use: shows a tab and has its pane use a model or a corpus, by name.
    """
    for tab in TABS:
        yield SystemCommand(tab.title, f"Go to {tab.title}", partial(go_to, tab.name))
    if pane is not None:
        for binding in type(pane).BINDINGS:
            if isinstance(binding, Binding):
                action = partial(pane.app.run_action, binding.action, pane)
                title = binding.description[:1].upper() + binding.description[1:]
                yield SystemCommand(title, f"Key {format_key(binding.key)}", action)
    tabs = {tab.kind: tab for tab in TABS if tab.kind is not None}
    kinds: dict[str, str] = {}
    with suppress(UserError):  # the panes say what is wrong with the models
        kinds = list_kinds()
    for name, kind in kinds.items():
        if (found := tabs.get(kind)) is not None:
            title = f"{found.title} with {format_name(name)}"
            yield SystemCommand(title, "Use this model", partial(use, found.name, name))
    for name, entry in CATALOG.items():
        yield SystemCommand(f"Train on {name}", entry.title, partial(use, "train", name))
