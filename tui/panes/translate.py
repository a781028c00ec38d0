"""Translate: a command, its actions, and what each of them looks back at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.suggester import Suggester
from textual.widgets import Input, Select, Static
from textual.worker import get_current_worker

from corpora.errors import UserError
from corpora.scan.grammar import NotACommand, continuations, interpret
from tui.models import names, path_of
from tui.widgets.bars import Bar, Bars
from tui.widgets.heat_map import HeatMap, Map

if TYPE_CHECKING:
    from seq.translators import CommandTranslator, Translated

FIRST = "jump around left twice and walk"


@dataclass(frozen=True)
class Check:
    """What the grammar says of what was typed so far."""

    whole: bool
    """Whether it is a command."""
    wrong: str
    """What is wrong with it, or nothing."""
    follow: tuple[str, ...]
    """Words that can come next, or that the last one, which is not complete, can become."""


def checked(typed: str) -> Check:
    """Check a command while it is typed."""
    try:
        follow, whole = continuations(typed.lower())
    except NotACommand as error:
        words = typed.lower().split()
        last = error.position == len(words) - 1 and not typed.endswith(" ")
        fits = tuple(known for known in error.expected if known.startswith(words[-1]) and last)
        return Check(False, "" if fits else str(error), fits)
    return Check(whole, "", follow)


class NextWord(Suggester):
    """Completes the word that is being typed by the first one that the grammar lets stand there."""

    def __init__(self) -> None:
        super().__init__(use_cache=True, case_sensitive=False)

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` with its last word complete, if one fits."""
        _, _, word = value.rpartition(" ")
        found = checked(value)
        fits = [known for known in found.follow if word and known.startswith(word)]
        return value + fits[0][len(word) :] if fits else None


class TranslatePane(Vertical):
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
        self.translators: dict[str, CommandTranslator] = {}
        self.loading_lock = Lock()
        self.said: dict[str, Translated] = {}
        """What each side shows."""

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield Input(
            FIRST, placeholder="a command", suggester=NextWord(), id="command", compact=True
        )
        yield Static(id="grammar", markup=False)
        with Horizontal():
            for side in self.SIDES:
                with Vertical(id=side, classes="translation"):
                    yield Select[str]([], prompt="no translator", id=f"{side}-model", compact=True)
                    yield Static(id=f"{side}-said", classes="said", markup=False)
                    yield HeatMap(id=f"{side}-map")
                    yield Bars(id=f"{side}-bars")

    @property
    def typed(self) -> str:
        """The command as it was typed."""
        return self.query_one("#command", Input).value

    def on_mount(self) -> None:
        """Look for translators; the command is translated as soon as they are chosen."""
        self.find_models()

    @work(thread=True, group="translate-find", exclusive=True)
    def find_models(self) -> None:
        """List shipped translators and those in run folders."""
        found = names("translator")
        self.app.call_from_thread(self._offer, found)

    def _offer(self, found: list[str]) -> None:
        for index, side in enumerate(self.SIDES):
            select = self.query_one(f"#{side}-model", Select)
            select.set_options((name, name) for name in found)
            if index < len(found):
                select.value = found[index]
        self.set_class(len(found) < 2, "-one")

    @on(Input.Changed, "#command")
    @on(Select.Changed)
    def check(self) -> None:
        """Say whether this is a command, or what is wrong with it; translate it if it is one."""
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
            chosen = self.query_one(f"#{side}-model", Select).value
            if not isinstance(chosen, str):
                continue
            try:
                found = self._translator(chosen, side).translate(command)[0]
            except UserError as error:
                self.app.call_from_thread(self._failed, side, str(error))
                continue
            if worker.is_cancelled:
                return
            self.app.call_from_thread(self._show, side, found)

    def _translator(self, name: str, side: str) -> CommandTranslator:
        """Return a translator, loaded at its first use."""
        with self.loading_lock:
            if name not in self.translators:
                line = self.query_one(f"#{side}-said", Static)
                self.app.call_from_thread(line.update, f"loading {name} …")
                from seq.translators import load  # which loads torch: over a second

                self.translators[name] = load(str(path_of(name)), device="cpu")
            return self.translators[name]

    def _failed(self, side: str, line: str) -> None:
        self.query_one(f"#{side}-said", Static).update("")
        self.notify(line, severity="error", markup=False)

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
        bars = [Bar(name, share, name == found.steps[row]) for name, share in shares]
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
