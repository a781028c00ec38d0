"""The app: tabs with the panes, and what they share."""

from __future__ import annotations

import dataclasses
from asyncio import Lock
from collections.abc import Iterable
from importlib import import_module
from pathlib import PurePath
from typing import ClassVar

from textual import on, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static, TabbedContent, TabPane

from tui import session
from tui.panes import PANES


class CharlmApp(App[None]):
    """Generate, classify, translate and train."""

    TITLE = "charlm"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "app.tcss",
        *(f"panes/{pane.name}.tcss" for pane in PANES),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help"),
        *(Binding(pane.key, f"go_to('{pane.name}')", pane.title, show=False) for pane in PANES),
        Binding("ctrl+q", "quit", "Quit", priority=True),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  (as in App)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.session = session.load()
        self.making = Lock()

    def compose(self) -> ComposeResult:
        """Lay out the tabs; what is in them comes when they are looked at."""
        known = [pane.name for pane in PANES]
        first = self.session.pane if self.session.pane in known else known[0]
        with TabbedContent(initial=first):
            for pane in PANES:
                with TabPane(f"{pane.title} {pane.key.upper()}", id=pane.name):
                    yield Static()  # an empty one would show its name
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Take the theme of the last time."""
        if self.session.theme in self.available_themes:
            self.theme = self.session.theme

    @property
    def pane(self) -> Widget | None:
        """The pane that is looked at, once it is there."""
        return self._pane(self.query_one(TabbedContent).active)

    def _pane(self, name: str) -> Widget | None:
        try:
            return self.query_one(f"#{name}-pane")
        except NoMatches:
            return None

    @on(TabbedContent.TabActivated)
    async def show_pane(self, event: TabbedContent.TabActivated) -> None:
        """Make the pane of a tab when it is first looked at."""
        name = event.pane.id or PANES[0].name
        # An app that ends removes its tabs one by one, each of which makes another one active.
        if self._exit or not event.pane.is_attached:
            return
        made = await self._made(name)
        # Whoever gets the focus brings its tab to the front: not any more if another one is wanted.
        if self.query_one(TabbedContent).active == name:
            made.query("Input, TextArea").first().focus()

    async def _made(self, name: str) -> Widget:
        """Return a pane, made if it is not there yet."""
        async with self.making:  # a tab and what is to be shown in it may both ask at once
            found = self._pane(name)
            if found is None:
                found = self._new(name)
                tab = self.query_one(f"#{name}", TabPane)
                await tab.remove_children()
                await tab.mount(found)
        return found

    def _new(self, name: str) -> Widget:
        (pane,) = (pane for pane in PANES if pane.name == name)
        module = import_module(f"tui.panes.{name}")
        made: Widget = getattr(module, pane.widget)(id=f"{name}-pane")
        if name == "generate":
            made.remember(self.session.generate)  # type: ignore[attr-defined]
        elif name == "translate" and self.session.command:
            made.first = self.session.command  # type: ignore[attr-defined]
        return made

    # What the panes ask for

    async def on_train_pane_generate_with(self, event: Widget) -> None:
        """Open a run in Generate."""
        await self.generate_with(event.model)  # type: ignore[attr-defined]

    async def generate_with(self, model: str) -> None:
        """Go to Generate, with this model."""
        self.go_to("generate")
        pane = await self._made("generate")
        pane.use(model)  # type: ignore[attr-defined]

    async def train_on(self, corpus: str) -> None:
        """Go to Train, with this corpus."""
        self.go_to("train")
        pane = await self._made("train")
        pane.use(corpus)  # type: ignore[attr-defined]

    # Actions

    def go_to(self, name: str) -> None:
        """Show a pane."""
        tabs = self.query_one(TabbedContent)
        if tabs.active != name:
            self.set_focus(None)  # a widget that keeps it would bring its own tab back
            tabs.active = name

    def action_go_to(self, name: str) -> None:
        """Show a pane."""
        self.go_to(name)

    def action_help(self) -> None:
        """Say what the pane is for, and its keys."""
        from tui.screens import Help

        name = self.query_one(TabbedContent).active
        (pane,) = (pane for pane in PANES if pane.name == name)
        if self.pane is not None and not isinstance(self.screen, Help):
            self.push_screen(Help(pane.title, getattr(self.pane, "HELP", "")))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return what the command palette offers."""
        from tui.commands import commands

        yield from commands(self)
        yield from super().get_system_commands(screen)

    @work
    async def action_quit(self) -> None:  # type: ignore[override]
        """Ask what becomes of trainings that are under way; remember things; end."""
        train = self._pane("train")
        trainings = train.under_way() if train is not None else []  # type: ignore[attr-defined]
        if trainings:
            from tui.screens import Leave

            answer = await self.push_screen_wait(Leave(len(trainings)))
            if answer is None:
                return
            if answer == "stop":
                for training in trainings:
                    training.stop()
        self.remember()
        self.exit()

    def remember(self) -> None:
        """Keep theme, pane and controls for the next start."""
        self.session.theme = self.theme
        self.session.pane = self.query_one(TabbedContent).active
        generate, translate = self._pane("generate"), self._pane("translate")
        if generate is not None:
            self.session.generate = dataclasses.asdict(generate.controls())  # type: ignore[attr-defined]
        if translate is not None:
            self.session.command = translate.typed  # type: ignore[attr-defined]
        session.save(self.session)
