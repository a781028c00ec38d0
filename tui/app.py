"""The app: a pane behind each tab, and what the panes share."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Iterable
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import Event, Key
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from corpora.errors import UserError
from tui import settings
from tui.drawing import DrawsStrangers
from tui.failures import ReportsFailures
from tui.keys import bind
from tui.pane import Pane
from tui.reading import Reading
from tui.remembering import Remembers
from tui.state import State
from tui.tabs import TABS, Tab
from tui.widgets.key_bar import KeyBar
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.command import Provider


def load_commands() -> type[Provider]:
    """Return the commands of the palette, whose module is imported when it is first opened."""
    from tui.palette import Commands

    return Commands


class CharlmApp(ReportsFailures, Remembers, DrawsStrangers, App[None]):
    """The charlm app: generate, classify, translate, train, and look inside."""

    TITLE = "charlm"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "app.tcss",
        *(f"{tab.name}/pane.tcss" for tab in TABS),
    ]
    COMMANDS = {load_commands}  # noqa: RUF012  (as in App)
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("help", "help", "help"),
        *(
            Binding(tab.key, f"go_to('{tab.name}')", tab.title, show=False, priority=True)
            for tab in TABS
        ),
        bind("settings", "settings", "settings", show=False),
        bind("jump", "jump", "jump"),
        bind("palette", "command_palette", "palette"),
        bind("quit", "quit", "quit", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-medium"), (170, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-normal"), (48, "-tall")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self._pane_lock = Lock()
        self._wrong: UserError | None = None
        self.settings = self._load_settings()
        known = [tab.name for tab in TABS]
        self.active = self.state.pane if self.state.pane in known else known[0]
        """Name of the tab whose pane is shown."""
        self.read_last: list[str] = []
        """Names of the tabs that were shown, the last one last."""
        self.started = False
        """Whether the first pane is shown."""

    def _load_settings(self) -> settings.Settings:
        try:
            return settings.load()
        except UserError as error:
            self._wrong = error
            return settings.Settings()

    def compose(self) -> ComposeResult:
        """Lay out the lines above and below the panes; a pane is made when it is first shown."""
        yield TopBar()
        yield ContentSwitcher(id="panes")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Show the pane of the last session, as the settings say."""
        self.use_settings(self.settings)
        self.theme_changed_signal.subscribe(self, lambda theme: self.keep_theme(theme.name))
        if self._wrong is not None:
            self.notify(f"{self._wrong}; the settings of charlm are used", severity="error")
        self.watch_changes()
        self.call_after_refresh(self.show_pane, self.active)

    def use_settings(self, new: settings.Settings) -> None:
        """Use the settings from now on; the panes read those that concern them."""
        self.settings, self.autosave = new, new.autosave
        if new.theme in self.available_themes:
            self.theme = new.theme
        self.set_keymap(dict(new.keys))
        for pane in self.panes.values():
            pane.use_settings()

    def keep_theme(self, name: str) -> None:
        """Keep a theme that the user chose, for the next session."""
        from dataclasses import replace

        if name == self.settings.theme or self._wrong is not None:
            return
        self.settings = replace(self.settings, theme=name)
        self.save_settings(self.settings)

    @work(thread=True, group="settings", exit_on_error=False)
    def save_settings(self, new: settings.Settings) -> None:
        """Write the settings to their file, in a thread."""
        settings.save(new)

    # Panes

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
        try:
            return self.screen_stack[0].query_one(f"#{name}-pane", Pane)
        except NoMatches:
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
        self.read_last = [one for one in self.read_last if one != name] + [name]
        pane.on_shown()
        pane.focus_first()
        self.started = True

    async def get_pane(self, name: str) -> Pane:
        """Return the pane of a tab; make it if it does not exist yet."""
        async with self._pane_lock:  # `show_pane` and `open` may both ask at the same time
            found = self._find_pane(name)
            if found is None:
                (tab,) = (tab for tab in TABS if tab.name == name)
                module = import_module(f"tui.{name}.pane")
                found = cast("Pane", getattr(module, tab.widget)(id=f"{name}-pane"))
                found.restore_state(self.state.get_pane(name))
                await self.screen_stack[0].query_one(ContentSwitcher).mount(found)
        return found

    def find_reading(self) -> Reading | None:
        """Return what the pane Inside is to look at: what was last shown and can be read."""
        for name in reversed(self.read_last):
            pane = self._find_pane(name)
            if pane is not None and (found := pane.get_reading()) is not None:
                return found
        return None

    @on(Pane.Described)
    def describe(self) -> None:
        """Show what the active pane works with."""
        bar = self.screen_stack[0].query_one(TopBar)
        bar.about = "" if self.pane is None else self.pane.about

    @on(Pane.Open)
    async def open_in(self, event: Pane.Open) -> None:
        """Show the tab, with the model or corpus, that a pane asked for."""
        await self.open(event.tab, event.name)

    async def open(self, tab: str, name: str) -> None:
        """Show a tab, and have its pane use the model or corpus called `name`."""
        self.go_to(tab)
        (await self.get_pane(tab)).use(name)

    async def on_event(self, event: Event) -> None:
        """Ignore keys while the app ends: Textual 8.2 would use a screen that is already gone."""
        if not (self._exit and isinstance(event, Key)):
            await super().on_event(event)

    # Actions

    def go_to(self, name: str) -> None:
        """Show a tab."""
        if self.active != name:
            self.active = name
            self.call_later(self.show_pane, name)

    def action_go_to(self, name: str) -> None:
        """Show a tab."""
        self.go_to(name)

    def action_help(self) -> None:
        """Show what the pane is for, and its keys."""
        from tui.help import Help

        if self.pane is not None and not isinstance(self.screen, Help):
            self.push_screen(Help(self.tab.title, self.pane))

    def action_settings(self) -> None:
        """Show the settings."""
        from tui.settings_screen import SettingsScreen

        if len(self.screen_stack) == 1:
            self.push_screen(SettingsScreen(self.settings, self.use_settings))

    def action_jump(self) -> None:
        """Show a letter on every field; the letter moves the focus there."""
        from tui.jump import Jump

        if self.pane is not None and len(self.screen_stack) == 1:
            self.push_screen(Jump(self.pane))

    def action_command_palette(self) -> None:
        """Open the command palette: every action, model and corpus."""
        from tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the commands of the palette, those of Textual last."""
        from tui.palette import list_commands

        yield from list_commands(self.pane, self.go_to, self.open)
        yield from super().get_system_commands(screen)

    @work(exit_on_error=False)
    async def action_quit(self) -> None:  # type: ignore[override]
        """Ask what to do with running trainings, save the state, and end the app."""
        trainings = [one for pane in self.panes.values() for one in pane.list_trainings()]
        if trainings:
            from tui.screens import Choose

            what = "A training is" if len(trainings) == 1 else f"{len(trainings)} trainings are"
            question = f"{what} running, and can continue without this app."
            answers = {"leave": "Let it run", "stop": "Save and stop it", "stay": "Stay"}
            answer = await self.push_screen_wait(Choose(question, answers))
            if answer in (None, "stay"):
                return
            if answer == "stop":
                for training in trainings:
                    training.stop()
        self.save_state()
        self.exit()

    def gather(self, found: State) -> None:
        """Put the active tab and the state of the panes into `found`."""
        found.pane = self.active
        found.panes |= {name: pane.get_state() for name, pane in self.panes.items()}

    def end(self, code: int) -> None:
        """Save the state and end the app, without a question. Trainings go on.

        Args:
            code: exit code of the process.
        """
        if not self._exit:
            self.save_state()
            self.exit(return_code=code)
