"""Hold the panes: make them when they are first shown, and show one at a time."""

from __future__ import annotations

import sys
from asyncio import Lock, to_thread
from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.widgets import ContentSwitcher

from tui.collecting import spare_all, spared_by_collector
from tui.pane import Pane
from tui.reading import Reading
from tui.state import State
from tui.tabs import TABS, Tab
from tui.widgets.top_bar import TopBar
from tui.workers import in_thread

if TYPE_CHECKING:
    from textual.app import App

    Base = App[None]
else:
    Base = object


def load_pane(tab: Tab, state: dict[str, Any]) -> type[Pane]:
    """Return the class of a tab's pane, ready to be made; meant for a thread.

    Args:
        tab: the tab.
        state: what its pane will restore.
    """
    name = f"tui.{tab.name}.pane"
    # A module that another thread imports now is among the modules, but not whole yet.
    with nullcontext() if name in sys.modules else spared_by_collector():
        module = import_module(name)
    found: type[Pane] = getattr(module, tab.widget)
    found.prepare(state)
    return found


class HoldsPanes(Base):
    """A base class of the app: the panes, each of which is made when it is first shown.

    Its handlers of messages have the names that Textual looks for; it sees the decorator `on` only
    in its own classes.
    """

    state: State
    active: str
    """Name of the tab whose pane is shown."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pane_lock = Lock()
        self.shown_last: list[str] = []
        """Names of the tabs that were shown, the last one last."""
        self._loaded: dict[str, type[Pane]] = {}
        """Classes of the panes that are loaded, by the name of their tab."""
        self.started = False
        """Whether the first pane is shown."""

    @property
    def tab(self) -> Tab:
        """The active tab."""
        return next(tab for tab in TABS if tab.name == self.active)

    @property
    def pane(self) -> Pane | None:
        """The pane of the active tab, or None before it is made."""
        return self._find_pane(self.active)

    @property
    def panes(self) -> dict[str, Pane]:
        """The panes made so far, by the name of their tab."""
        found = {tab.name: self._find_pane(tab.name) for tab in TABS}
        return {name: pane for name, pane in found.items() if pane is not None}

    def _find_pane(self, name: str) -> Pane | None:
        for screen in self.screen_stack[:1]:  # there is none at the very end
            for pane in screen.query(f"#{name}-pane").results(Pane):
                return pane
        return None

    async def show_pane(self, name: str) -> None:
        """Show the pane of a tab, and focus its first input; make the pane if there is none."""
        if self._exit:
            return
        pane = await self.get_pane(name)
        if self.active != name:
            return  # the user has gone on meanwhile
        base = self.screen_stack[0]
        base.query_one(ContentSwitcher).current = pane.id
        base.query_one(TopBar).active = name
        self.describe()
        self.shown_last = [one for one in self.shown_last if one != name] + [name]
        pane.on_shown()
        pane.focus_first()
        if not self.started:
            self.started = True
            self.load_others()

    @in_thread("panes")
    def load_others(self) -> None:
        """Import the other panes in a thread, so that the key that shows one finds it there."""
        for tab in TABS:
            self._loaded[tab.name] = load_pane(tab, self.state.get_pane(tab.name))

    async def _load(self, tab: Tab) -> type[Pane]:
        """Return the class of a tab's pane; no thread is waited for if it is loaded already."""
        if tab.name in self._loaded:
            return self._loaded[tab.name]
        return await to_thread(load_pane, tab, self.state.get_pane(tab.name))

    async def get_pane(self, name: str) -> Pane:
        """Return the pane of a tab; make it if it does not exist yet."""
        async with self._pane_lock:  # `show_pane` and `open` may both ask at the same time
            found = self._find_pane(name)
            if found is None:
                (tab,) = (tab for tab in TABS if tab.name == name)
                found = (await self._load(tab))(id=f"{name}-pane")
                found.restore_state(self.state.get_pane(name))
                await self.screen_stack[0].query_one(ContentSwitcher).mount(found)
                self.call_after_refresh(spare_all)
        return found

    def find_reading(self) -> Reading | None:
        """Return what the pane Inside is to look at: what was last shown and can be read."""
        pane = self._find_read()
        return None if pane is None else pane.get_reading()

    def _find_read(self) -> Pane | None:
        for name in reversed(self.shown_last):
            pane = self._find_pane(name)
            if pane is not None and pane.get_reading() is not None:
                return pane
        return None

    def on_inside_pane_moved(self, event: Any) -> None:
        """Move the cursor of the pane whose text is looked at, too."""
        pane = self._find_read()
        if pane is not None:
            pane.go_to_reading(event.position)

    def list_pins(self) -> list[tuple[str, int, int]]:
        """Return the units that are pinned in the pane Inside: model, layer and unit, from 0."""
        from tui.inside.choices import Choices

        pane = self._find_pane("inside")
        kept = self.state.get_pane("inside") if pane is None else pane.get_state()
        return Choices.from_json(kept).pins

    def on_inside_pane_pinned(self) -> None:
        """Have the other panes show other pins."""
        for pane in self.panes.values():
            pane.show_pins()

    def go_to(self, name: str) -> None:
        """Show a tab."""
        if self.active != name:
            self.active = name
            self.call_later(self.show_pane, name)

    def on_pane_described(self) -> None:
        """Show what the active pane works with."""
        self.describe()

    def describe(self) -> None:
        """Show what the active pane works with."""
        for screen in self.screen_stack[:1]:
            for bar in screen.query(TopBar):
                bar.about = "" if self.pane is None else self.pane.about

    async def on_pane_open(self, event: Pane.Open) -> None:
        """Show the tab, with the model or corpus, that a pane asked for."""
        await self.open(event.tab, event.name)

    async def open(self, tab: str, name: str) -> None:
        """Show a tab, and have its pane use the model or corpus called `name`."""
        self.go_to(tab)
        (await self.get_pane(tab)).use(name)
