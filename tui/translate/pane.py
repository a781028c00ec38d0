"""Translate: a command, its actions, and what each of them looks back at."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Select, Static
from textual.worker import get_current_worker

from corpora.errors import UserError
from corpora.scan.grammar import interpret
from tui.models import Models
from tui.pane import Pane
from tui.translate.grammar import NextWord, checked
from tui.translate.heat_map import HeatMap, Map
from tui.widgets.bars import Bar, Bars
from tui.widgets.choice import ModelChoice

if TYPE_CHECKING:
    from seq.scan.library import CommandTranslator, Translated

FIRST = "jump around left twice and walk"


class TranslatePane(Pane):
    """A command, checked as it is typed, and one or two translators of it side by side."""

    HELP = """\
Type a command of SCAN, such as *jump around left twice and walk*. The line below it says which
words can follow; `→` takes the suggested one.

Each line of the map is a step of the translation; the numbers are the hundredths of its attention
that each word gets. Walk about in it with the arrow keys or the mouse (`F6` goes there): below it
stands what the translator thought of saying at that step. `F7` shows the steps one by one, with
`↓`.

A second translator, such as the one without attention, stands beside the first.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "step", "Step by step"),
        Binding("f6", "focus_map", "Go to the map"),
    ]
    SIDES = ("left", "right")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.first = FIRST
        self.translators = Models(_translator, self._loading)
        self.said: dict[str, Translated] = {}
        """What each side shows."""

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield Input(
            self.first, placeholder="a command", suggester=NextWord(), id="command", compact=True
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
    def typed(self) -> str:
        """The command as it was typed."""
        return self.query_one("#command", Input).value

    def kept(self) -> dict[str, Any]:
        """Return the command."""
        return {"command": self.typed}

    def restore(self, kept: dict[str, Any]) -> None:
        """Begin with the command of the last time."""
        command = kept.get("command")
        if isinstance(command, str) and command:
            self.first = command

    def use(self, name: str) -> None:
        """Translate with this model, on the left."""
        self.query_one("#left-model", ModelChoice).use(name)

    @on(Input.Changed, "#command")
    @on(Select.Changed)
    def check(self) -> None:
        """Say whether this is a command, or what is wrong with it; translate it if it is one."""
        self.set_class(self.query_one("#right-model", ModelChoice).chosen is None, "-one")
        typed = self.typed
        found = checked(typed)
        line = self.query_one("#grammar", Static)
        line.set_class(bool(found.wrong), "wrong")
        line.set_class(found.whole, "right")
        follow = ", ".join(found.follow)
        if found.wrong:
            line.update(f"✗ {found.wrong}")
        elif found.whole:
            actions = len(interpret(typed.lower()))
            more = f"; can go on with {follow}" if follow else ""
            line.update(f"✓ {actions} action{'s' * (actions > 1)}{more}")
            self.translate(" ".join(typed.lower().split()))
        else:
            line.update(f"… goes on with {follow}")

    @work(thread=True, group="translate", exclusive=True)
    def translate(self, command: str) -> None:
        """Have every chosen translator translate `command`."""
        worker = get_current_worker()
        for side in self.SIDES:
            chosen = self.query_one(f"#{side}-model", ModelChoice).chosen
            if chosen is None:
                continue
            try:
                with self.translators.lock:
                    if worker.is_cancelled:
                        return
                    found = self.translators.get(chosen).translate(command)[0]
            except UserError as error:
                self.call_later(self.query_one(f"#{side}-said", Static).update, "")
                self.call_later(self.fail, str(error))
                continue
            if not worker.is_cancelled:
                self.call_later(self._show, side, found)

    def _loading(self, name: str) -> None:
        for side in self.SIDES:
            if self.query_one(f"#{side}-model", ModelChoice).chosen == name:
                line = self.query_one(f"#{side}-said", Static)
                self.call_later(line.update, f"loading {name} …")

    def _show(self, side: str, found: Translated) -> None:
        self.said[side] = found
        right = found.ended and found.actions == interpret(" ".join(found.command))
        line = self.query_one(f"#{side}-said", Static)
        line.set_class(not right, "wrong")
        verdict = "✓ right" if right else "✗ wrong"
        actions = " ".join(found.actions) or "nothing at all"
        line.update(f"{verdict}, sure of it to {math.exp(found.log_prob):.1%}: {actions}")
        heat_map = self.query_one(f"#{side}-map", HeatMap)
        heat_map.show_map(Map(found.command, found.steps, found.attention))
        if heat_map.shown is not None:
            heat_map.shown = 1
        self._show_thoughts(side)

    @on(HeatMap.Moved)
    def follow(self, event: HeatMap.Moved) -> None:
        """Show what was thought at the step where the cursor stands, on both sides."""
        for side in self.SIDES:
            other = self.query_one(f"#{side}-map", HeatMap)
            if other is not event.heat_map:
                with self.prevent(HeatMap.Moved):
                    other.shown = event.heat_map.shown
                    other.row, other.column = event.heat_map.row, event.heat_map.column
            self._show_thoughts(side)

    def _show_thoughts(self, side: str) -> None:
        found, row = self.said.get(side), self.query_one(f"#{side}-map", HeatMap).row
        if found is None or row >= len(found.steps):
            return
        shares = zip(found.symbols, found.probabilities[row].tolist(), strict=True)
        likeliest = sorted(shares, key=lambda one: -one[1])
        bars = [Bar(name, share, name == found.steps[row]) for name, share in likeliest]
        self.query_one(f"#{side}-bars", Bars).show_bars(bars)

    def action_step(self) -> None:
        """Show one step after the other, or all of them again."""
        heat_map = self.query_one("#left-map", HeatMap)
        heat_map.shown = 1 if heat_map.shown is None else None
        heat_map.focus()
        self.follow(HeatMap.Moved(heat_map))

    def action_focus_map(self) -> None:
        """Go to the map."""
        self.query_one("#left-map", HeatMap).focus()


def _translator(path: str) -> CommandTranslator:
    from seq.scan.library import load

    return load(path, device="cpu")
