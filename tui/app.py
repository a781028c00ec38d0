"""The app: a pane behind each tab, and what the panes share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App, ComposeResult, ScreenStackError, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.errors import NoWidget
from textual.events import Event, Key, MouseEvent
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import ContentSwitcher

from charlm.console.program import printable
from corpora.errors import UserError
from tui import settings
from tui.collecting import collect_often
from tui.drawing import DrawsStrangers
from tui.failures import LOG, ReportsFailures, describe, log_error
from tui.keys import bind
from tui.panes import HoldsPanes
from tui.remembering import Remembers
from tui.state import State, find_folder
from tui.tabs import TABS
from tui.widgets.key_bar import KeyBar
from tui.widgets.top_bar import TopBar
from tui.workers import in_thread, in_turns, share_the_interpreter

if TYPE_CHECKING:
    from textual.command import Provider


def load_commands() -> type[Provider]:
    """Return the commands of the palette, whose module is imported when it is first opened."""
    from tui.palette import Commands

    return Commands


BEHIND = ("help", "go_to", "settings", "jump", "command_palette")
"""Actions that do not run while a screen stands in front of the app."""


class CharlmApp(ReportsFailures, HoldsPanes, Remembers, DrawsStrangers, App[None]):
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
        self._wrong: UserError | None = None
        self.settings = self._load_settings()
        known = [tab.name for tab in TABS]
        self.active = self.state.pane if self.state.pane in known else known[0]

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
        collect_often()
        share_the_interpreter()
        self.use_settings(self.settings)
        self.theme_changed_signal.subscribe(self, self.keep_theme)
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

    def keep_theme(self, theme: Theme) -> None:
        """Keep a theme that the user chose, for the next session."""
        if theme.name != self.settings.theme and self._wrong is None:
            self.settings = replace(self.settings, theme=theme.name)
            self.save_settings(self.settings)

    @in_thread("settings", exclusive=False)
    def save_settings(self, new: settings.Settings) -> None:
        """Write the settings to their file, in a thread."""
        settings.save(new)

    async def on_event(self, event: Event) -> None:
        """Ignore what would reach something that is gone, at which Textual 8.2 ends.

        Such are keys while the app ends, whose screen is closed, and the mouse on a widget that
        was removed since the screen was drawn.
        """
        if isinstance(event, Key):
            late = self._exit
        else:
            late = isinstance(event, MouseEvent) and self.is_gone(event.x, event.y)
        if not late:
            await super().on_event(event)

    def is_gone(self, x: int, y: int) -> bool:
        """Return whether what is drawn at a place, in cells, has been removed."""
        try:
            widget, _ = self.screen.get_widget_at(x, y)
        except NoWidget:
            return False
        except ScreenStackError:  # the app ends
            return True
        return widget.parent is None

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run: of the app's, only the one that quits runs always.

        A key that the app takes before the focused widget gets it would reach the app through a
        screen in front of it as well.
        """
        covered = len(self.screen_stack) > 1
        return not (covered and action in BEHIND) and super().check_action(action, parameters)

    def action_go_to(self, name: str) -> None:
        """Show a tab."""
        self.go_to(name)

    def action_help(self) -> None:
        """Show what the pane is for, and its keys."""
        from tui.help import Help

        if self.pane is not None:
            self.push_screen(Help(self.tab.title, self.pane))

    def action_settings(self) -> None:
        """Show the settings."""
        from tui.settings_screen import SettingsScreen

        self.push_screen(SettingsScreen(self.settings, self.use_settings))

    def action_jump(self) -> None:
        """Show a letter on every field; the letter moves the focus there."""
        from tui.jump import Jump

        if self.pane is not None:
            self.push_screen(Jump(self.pane))

    def action_command_palette(self) -> None:
        """Open the command palette: every action, model and corpus."""
        from tui.palette import Palette

        self.push_screen(Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the commands of the palette, those of Textual last."""
        from tui.palette import list_commands

        yield from list_commands(self.pane, self.go_to, self.open)
        yield from super().get_system_commands(screen)

    @in_turns()
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

    def _handle_exception(self, error: Exception) -> None:
        """End the app after an error that nothing else has caught, with what was typed on disk.

        The traceback goes to the log; the terminal gets a line.
        """
        if self._exit and isinstance(error, NoMatches):
            return  # the app ends while a widget is mounted, which then has lost its children
        if self._exception is None:
            log_error(error)
            self.save_state()
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Say what went wrong in a line, where Textual would print a traceback with all values."""
        if self._exception is not None and not self._exit_renderables:
            where = printable(str(find_folder() / LOG))
            said = f"{describe(self._exception)} (the traceback is in {where})"
            self.panic(Text(f"charlm: {said}; what you typed is kept"))
