"""The app: a tab for each pane, and what the panes share."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import App, ComposeResult, ScreenStackError, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import Event, Key
from textual.filter import LineFilter, Monochrome, NoColor
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Footer, Static, TabbedContent, TabPane

from charlm.console.program import printable
from tui import state
from tui.failures import ReportsFailures, report
from tui.pane import Pane
from tui.strangers import NO_CONTROLS
from tui.tabs import TABS, Tab

if TYPE_CHECKING:
    from textual.command import Provider


NO_COLOR = NoColor()


def load_commands() -> type[Provider]:
    """Return the commands of the palette, whose module is imported when it is first opened."""
    from tui.palette import Commands

    return Commands


class CharlmApp(ReportsFailures, App[None]):
    """The charlm app: generate, classify, translate and train."""

    TITLE = "charlm"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "app.tcss",
        *(f"{tab.name}/pane.tcss" for tab in TABS),
    ]
    COMMANDS = {load_commands}  # noqa: RUF012  (as in App)
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
        self._pane_lock = Lock()
        self.started = False
        """Whether the first pane is shown. Textual 8.2 fails if it ends while it makes the tabs."""

    def compose(self) -> ComposeResult:
        """Lay out empty tabs; a pane is made when its tab is first shown."""
        known = [tab.name for tab in TABS]
        first = self.state.pane if self.state.pane in known else known[0]
        with TabbedContent(initial=first):
            for tab in TABS:
                with TabPane(f"{tab.title} {tab.key.upper()}", id=tab.name):
                    yield Static()  # an empty TabPane would show its name
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Use the theme of the last session."""
        if self.state.theme in self.available_themes:
            self.theme = self.state.theme

    @property
    def tabs(self) -> TabbedContent:
        """The tabs, even while another screen covers them."""
        return self.screen_stack[0].query_one(TabbedContent)

    @property
    def tab(self) -> Tab:
        """The active tab."""
        return next(tab for tab in TABS if tab.name == self.tabs.active)

    @property
    def pane(self) -> Pane | None:
        """The pane of the active tab, or None before it is made."""
        return self._find_pane(self.tab.name)

    @property
    def panes(self) -> dict[str, Pane]:
        """The panes made so far, by the name of their tab."""
        found = {tab.name: self._find_pane(tab.name) for tab in TABS}
        return {name: pane for name, pane in found.items() if pane is not None}

    def _find_pane(self, name: str) -> Pane | None:
        try:
            return self.tabs.query_one(f"#{name}-pane", Pane)
        except NoMatches:
            return None

    @on(TabbedContent.TabActivated)
    async def show_pane(self, event: TabbedContent.TabActivated) -> None:
        """Make the pane of a tab when the tab is first shown, and focus its first input."""
        name = event.pane.id
        # When the app ends, it removes its tabs one by one: each time another tab becomes active.
        if name is None or self._exit or not event.pane.is_attached:
            return
        pane = await self.get_pane(name)
        self.started = True
        # A widget that gets the focus activates its tab. The user may have left this tab by now.
        if self.tabs.active == name:
            pane.query("Input, TextArea").first().focus()

    async def get_pane(self, name: str) -> Pane:
        """Return the pane of a tab; make it if it does not exist yet."""
        async with self._pane_lock:  # `show_pane` and `open` may both ask at the same time
            found = self._find_pane(name)
            if found is None:
                (tab,) = (tab for tab in TABS if tab.name == name)
                module = import_module(f"tui.{name}.pane")
                found = cast("Pane", getattr(module, tab.widget)(id=f"{name}-pane"))
                found.restore_state(self.state.get_pane(name))
                place = self.tabs.query_one(f"#{name}", TabPane)
                await place.remove_children()
                await place.mount(found)
        return found

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

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through before it is drawn.

        Textual 8.2 decides at the start how it takes the colours away where NO_COLOR is set, by
        the theme of that moment: with a theme of ANSI colours that is chosen later, it would turn
        text and background black.
        """
        plain = self.native_ansi_color
        filters = [
            NO_COLOR if plain and isinstance(one, Monochrome) else one
            for one in super().get_line_filters()
        ]
        return [NO_CONTROLS, *filters]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a notice, without control characters."""
        super().notify(
            printable(message),
            title=printable(title),
            severity=severity,
            timeout=timeout,
            markup=markup,
        )

    # Actions

    def go_to(self, name: str) -> None:
        """Show a tab."""
        if self.tabs.active != name:
            self.set_focus(None)  # a widget that keeps the focus would activate its own tab again
            self.tabs.active = name

    def action_go_to(self, name: str) -> None:
        """Show a tab."""
        self.go_to(name)

    def action_help(self) -> None:
        """Show what the pane is for, and its keys."""
        from tui.screens import Help

        if self.pane is not None and not isinstance(self.screen, Help):
            self.push_screen(Help(self.tab.title, self.pane.HELP))

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

    def save_state(self) -> None:
        """Save the theme, the active tab and the state of the panes for the next session."""
        try:
            self.state.theme, self.state.pane = self.theme, self.tab.name
            self.state.panes |= {name: pane.get_state() for name, pane in self.panes.items()}
        except (NoMatches, ScreenStackError, StopIteration):
            return  # the app has only begun to start: there is nothing new to save
        except Exception as error:  # the app is to end whatever is wrong with a pane
            report(self, error)
        state.save(self.state)

    def end(self, code: int) -> None:
        """Save the state and end the app, without a question. Trainings go on.

        Args:
            code: exit code of the process.
        """
        if not self._exit:
            self.save_state()
            self.exit(return_code=code)
