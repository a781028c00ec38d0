"""The app: tabs with the panes, and what they share."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Iterable
from importlib import import_module
from pathlib import PurePath
from typing import ClassVar, cast

from textual import on, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import Event, Key
from textual.screen import Screen
from textual.widgets import Footer, Static, TabbedContent, TabPane

from tui import state
from tui.pane import Pane
from tui.tabs import TABS, Tab


class CharlmApp(App[None]):
    """Generate, classify, translate and train."""

    TITLE = "charlm"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "app.tcss",
        *(f"{tab.name}/pane.tcss" for tab in TABS),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help"),
        *(Binding(tab.key, f"go_to('{tab.name}')", tab.title, show=False) for tab in TABS),
        Binding("ctrl+q", "quit", "Quit", priority=True),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  (as in App)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.state = state.load()
        self.making = Lock()

    def compose(self) -> ComposeResult:
        """Lay out the tabs; what is in them comes when they are looked at."""
        known = [tab.name for tab in TABS]
        first = self.state.pane if self.state.pane in known else known[0]
        with TabbedContent(initial=first):
            for tab in TABS:
                with TabPane(f"{tab.title} {tab.key.upper()}", id=tab.name):
                    yield Static()  # an empty one would show its name
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Take the theme of the last time."""
        if self.state.theme in self.available_themes:
            self.theme = self.state.theme

    @property
    def tabs(self) -> TabbedContent:
        """The tabs, whatever stands before them."""
        return self.screen_stack[0].query_one(TabbedContent)

    @property
    def tab(self) -> Tab:
        """The tab that is in front."""
        return next(tab for tab in TABS if tab.name == self.tabs.active)

    @property
    def pane(self) -> Pane | None:
        """The pane that is looked at, once it is there."""
        return self._pane(self.tab.name)

    @property
    def panes(self) -> dict[str, Pane]:
        """Those that have been looked at."""
        found = {tab.name: self._pane(tab.name) for tab in TABS}
        return {name: pane for name, pane in found.items() if pane is not None}

    def _pane(self, name: str) -> Pane | None:
        try:
            return self.tabs.query_one(f"#{name}-pane", Pane)
        except NoMatches:
            return None

    @on(TabbedContent.TabActivated)
    async def show_pane(self, event: TabbedContent.TabActivated) -> None:
        """Make the pane of a tab when it is first looked at."""
        name = event.pane.id
        # An app that ends removes its tabs one by one, each of which makes another one active.
        if name is None or self._exit or not event.pane.is_attached:
            return
        made = await self._made(name)
        # Whoever gets the focus brings its tab to the front: not any more if another one is wanted.
        if self.tabs.active == name:
            made.query("Input, TextArea").first().focus()

    async def _made(self, name: str) -> Pane:
        """Return a pane, made if it is not there yet."""
        async with self.making:  # a tab and what is to be shown in it may both ask at once
            found = self._pane(name)
            if found is None:
                (tab,) = (tab for tab in TABS if tab.name == name)
                module = import_module(f"tui.{name}.pane")
                found = cast("Pane", getattr(module, tab.widget)(id=f"{name}-pane"))
                found.restore(self.state.kept(name))
                place = self.tabs.query_one(f"#{name}", TabPane)
                await place.remove_children()
                await place.mount(found)
        return found

    @on(Pane.Open)
    async def open_in(self, event: Pane.Open) -> None:
        """Show another tab, with what a pane wants to see there."""
        await self.open(event.tab, event.name)

    async def open(self, tab: str, name: str) -> None:
        """Show a tab, with a model or a corpus."""
        self.go_to(tab)
        (await self._made(tab)).use(name)

    async def on_event(self, event: Event) -> None:
        """Hear no more keys once it ends: Textual 8.2 would look for a screen that has gone."""
        if not (self._exit and isinstance(event, Key)):
            await super().on_event(event)

    # Actions

    def go_to(self, name: str) -> None:
        """Show a pane."""
        if self.tabs.active != name:
            self.set_focus(None)  # a widget that keeps it would bring its own tab back
            self.tabs.active = name

    def action_go_to(self, name: str) -> None:
        """Show a pane."""
        self.go_to(name)

    def action_help(self) -> None:
        """Say what the pane is for, and its keys."""
        from tui.screens import Help

        if self.pane is not None and not isinstance(self.screen, Help):
            self.push_screen(Help(self.tab.title, self.pane.HELP))

    def action_command_palette(self) -> None:
        """Offer every action, model and corpus."""
        from tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return what the command palette offers."""
        from tui.palette import list_commands

        yield from list_commands(self.pane, self.go_to, self.open)
        yield from super().get_system_commands(screen)

    @work
    async def action_quit(self) -> None:  # type: ignore[override]
        """Ask what becomes of trainings that are under way; remember things; end."""
        trainings = [one for pane in self.panes.values() for one in pane.under_way()]
        if trainings:
            from tui.screens import Choose

            what = "A training is" if len(trainings) == 1 else f"{len(trainings)} trainings are"
            question = f"{what} under way. It can go on without this app."
            answers = {"leave": "Leave it running", "stop": "Stop it, saved", "stay": "Stay"}
            answer = await self.push_screen_wait(Choose(question, answers))
            if answer in (None, "stay"):
                return
            if answer == "stop":
                for training in trainings:
                    training.stop()
        self.remember()
        self.exit()

    def remember(self) -> None:
        """Keep theme, tab, and what the panes want kept, for the next start."""
        self.state.theme, self.state.pane = self.theme, self.tab.name
        self.state.panes |= {name: pane.kept() for name, pane in self.panes.items()}
        state.save(self.state)
