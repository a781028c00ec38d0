"""The pane Translate: a command, its actions, and the attention of each action to its words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Select, Static
from textual.worker import get_current_worker

from charlm.console.program import format_name
from corpora.scan.grammar import interpret
from tui.models import Models
from tui.pane import Pane
from tui.translate.grammar import NextWord, check_command
from tui.translate.heat_map import HeatMap, Map
from tui.widgets.bars import Bar, Bars
from tui.widgets.choice import ModelChoice

if TYPE_CHECKING:
    from seq.scan.library import CommandTranslator, TranslatedCommand

COMMAND = "jump around left twice and walk"


class TranslatePane(Pane):
    """A command, checked as it is typed, and its translation by one or two translators."""

    HELP = """\
Type a SCAN command, such as *jump around left twice and walk*. The line below it shows which words
can follow; `→` accepts the suggested word.

Each line of the map is a step of the translation. The numbers are the attention weights of the
words at that step, in hundredths. `F6` goes to the map; the arrow keys and the mouse move its
cursor. The bars below show the probability of every symbol at the step of the cursor. `F7` hides
the steps, and `↓` then shows them one by one.

A wide window shows a second translator beside the first, such as one without attention.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "step", "Step by step"),
        Binding("f6", "focus_map", "Go to the map"),
    ]
    SIDES = ("left", "right")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.initial_command = COMMAND
        self.translators = Models(load_translator, self._show_loading)
        self.translations: dict[str, TranslatedCommand] = {}
        """The translation on each side."""

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield Input(
            self.initial_command,
            placeholder="a command",
            suggester=NextWord(),
            id="command",
            compact=True,
        )
        yield Static(id="grammar", markup=False)
        with Horizontal():
            for number, side in enumerate(self.SIDES):
                with Vertical(id=side, classes="translation"):
                    yield ModelChoice(
                        "translator", none="no translator", preferred=number, id=f"{side}-model"
                    )
                    yield Static(id=f"{side}-said", classes="said", markup=False)
                    yield HeatMap(id=f"{side}-map")
                    yield Bars(id=f"{side}-bars")

    @property
    def command(self) -> str:
        """The command as the user typed it."""
        return self.query_one("#command", Input).value

    def get_state(self) -> dict[str, Any]:
        """Return the command."""
        return {"command": self.command}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Begin with the command of the last session."""
        command = state.get("command")
        if isinstance(command, str) and command:
            self.initial_command = command

    def use(self, name: str) -> None:
        """Use this model for the translation on the left."""
        self.query_one("#left-model", ModelChoice).use(name)

    @on(Input.Changed, "#command")
    @on(Select.Changed)
    def check(self) -> None:
        """Show whether the text is a command, or what is wrong with it; translate a command."""
        self.set_class(self.query_one("#right-model", ModelChoice).chosen is None, "-one")
        typed = self.command
        found = check_command(typed)
        line = self.query_one("#grammar", Static)
        line.set_class(bool(found.wrong), "wrong")
        line.set_class(found.whole, "right")
        follow = ", ".join(found.follow)
        if found.wrong:
            line.update(f"✗ {found.wrong}")
        elif found.whole:
            actions = len(interpret(typed.lower()))
            more = f"; can continue with {follow}" if follow else ""
            line.update(f"✓ {actions} action{'s' * (actions > 1)}{more}")
            self.translate(" ".join(typed.lower().split()))
        else:
            line.update(f"… continue with {follow}")

    @work(thread=True, group="translate", exclusive=True, exit_on_error=False)
    def translate(self, command: str) -> None:
        """Translate a command with the translator chosen on each side."""
        worker = get_current_worker()
        failed: Exception | None = None
        for side in self.SIDES:
            chosen = self.query_one(f"#{side}-model", ModelChoice).chosen
            if chosen is None:
                continue
            try:
                with self.translators.lock:
                    if worker.is_cancelled:
                        return
                    found = self.translators.get(chosen).translate(command)[0]
            except Exception as error:  # the other side goes on
                failed = error
                if not worker.is_cancelled:
                    self.call_later(self.query_one(f"#{side}-said", Static).update, "")
                continue
            if not worker.is_cancelled:
                self.call_later(self._show_translation, side, found)
        if failed is not None:
            raise failed

    def _show_loading(self, name: str) -> None:
        for side in self.SIDES:
            if self.query_one(f"#{side}-model", ModelChoice).chosen == name:
                line = self.query_one(f"#{side}-said", Static)
                self.call_later(line.update, f"loading {format_name(name)} …")

    def _show_translation(self, side: str, found: TranslatedCommand) -> None:
        self.translations[side] = found
        right = found.ended and found.actions == interpret(" ".join(found.command))
        line = self.query_one(f"#{side}-said", Static)
        line.set_class(not right, "wrong")
        verdict = "✓ right" if right else "✗ wrong"
        actions = " ".join(map(format_name, found.actions)) or "no actions"
        line.update(f"{verdict}, probability {math.exp(found.log_prob):.1%}: {actions}")
        heat_map = self.query_one(f"#{side}-map", HeatMap)
        heat_map.show_map(Map(found.command, found.steps, found.attention))
        if heat_map.shown is not None:
            heat_map.shown = 1
        self._show_probabilities(side)

    @on(HeatMap.Moved)
    def follow_cursor(self, event: HeatMap.Moved) -> None:
        """Show the probabilities at the step of the cursor, with both cursors at that step."""
        for side in self.SIDES:
            other = self.query_one(f"#{side}-map", HeatMap)
            if other is not event.heat_map:
                with self.prevent(HeatMap.Moved):
                    other.shown = event.heat_map.shown
                    other.row, other.column = event.heat_map.row, event.heat_map.column
            self._show_probabilities(side)

    def _show_probabilities(self, side: str) -> None:
        found, row = self.translations.get(side), self.query_one(f"#{side}-map", HeatMap).row
        if found is None or row >= len(found.steps):
            return
        shares = zip(found.symbols, found.probabilities[row].tolist(), strict=True)
        likeliest = sorted(shares, key=lambda one: -one[1])
        bars = [Bar(name, share, name == found.steps[row]) for name, share in likeliest]
        self.query_one(f"#{side}-bars", Bars).show_bars(bars)

    def action_step(self) -> None:
        """Show only the first step, or show all steps again."""
        heat_map = self.query_one("#left-map", HeatMap)
        heat_map.shown = 1 if heat_map.shown is None else None
        heat_map.focus()
        self.follow_cursor(HeatMap.Moved(heat_map))

    def action_focus_map(self) -> None:
        """Focus the map."""
        self.query_one("#left-map", HeatMap).focus()


def load_translator(path: str) -> CommandTranslator:
    """Return the translator at `path`, on the CPU."""
    from seq.scan.library import load

    return load(path, device="cpu")
