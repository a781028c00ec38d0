"""The pane Translate: a command, its actions, and what two translators make of it."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Select

from corpora.scan.grammar import draw
from tui.help import format_key
from tui.keys import KEYS, bind
from tui.models import Models
from tui.translate.beam_panel import BeamPanel
from tui.translate.break_panel import BreakPanel
from tui.translate.command_line import CommandLine
from tui.translate.command_panel import CommandPanel
from tui.translate.desk import Desk
from tui.translate.heat_map import HeatMap
from tui.translate.remembered import Remembered
from tui.translate.side import Side
from tui.translate.start_line import StartLine
from tui.translate.translators import load_translator
from tui.translate.working import Working
from tui.widgets.stepper import Stepper

NO_MODEL = 1_000_000
"""Index of no model: the side stays empty until the user chooses one."""


class TranslatePane(Working):
    """A command, checked as it is typed, and its translation by one or two translators."""

    HELP = """\
Type a SCAN command, such as *jump around left twice and walk*. The brackets below it show how the
grammar reads it, and the symbols what it asks for; the bottom edge shows which words can follow.

Each line of the map is a step of the translation. The numbers are the attention weights of the
words at that step, in hundredths. A translator without attention shows what it works from instead:
the units of its decoder, those that move most first. Both maps show the same steps. `≠` marks a
step at which the translators differ, `✗` one that is not what the grammar asks for.

Below are the probabilities of every symbol at the step of the cursor, the translations that a beam
search finds, and a table that says on which splits of SCAN the translators break, with commands
that go wrong: enter puts one into the command line. *scan_jump_plain* breaks on purpose: it has
seen *jump* by itself alone.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("run", "break", "break it"),
        bind("steps", "steps", "steps"),
        bind("example", "random", "random"),
        bind("beside", "beside", "other model"),
        bind("save", "save", "save"),
        Binding("m", "focus_map", "map"),
        Binding("b", "beam", "beam"),
        bind("stop", "stop", "Stop; back to the command", show=False),
    ]
    SIDES = ("left", "right")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.remembered = Remembered()
        self.translators = Models(load_translator, self._show_loading)

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        kept = self.remembered
        hint = f"↑ history · {self.show_key('example')} random"
        command = CommandPanel(kept.command, kept.history, hint, id="command-panel")
        desk = Desk(command, BeamPanel(kept.width, id="beam"))
        for side in (desk.left, desk.right):
            side.wish = kept.wishes.get(str(side.id))
        yield desk

    def on_mount(self) -> None:
        """Choose and show what was there at the end of the last session."""
        desk, kept = self.desk, self.remembered
        for side in (desk.left, desk.right):
            model = kept.models.get(str(side.id), "")
            if model:
                side.model_choice.use(model)
            elif model is None:
                side.model_choice.preferred = NO_MODEL
        desk.breaks.explain(self.show_key("run"))
        desk.breaks.models = kept.tried
        desk.breaks.show_findings(kept.findings)

    @property
    def command(self) -> str:
        """The command as the user typed it."""
        return self.query_one("#command", Input).value

    def show_key(self, name: str) -> str:
        """Return a key of the app as the user has set it."""
        return format_key(self.app._keymap.get(name, KEYS[name].key))

    # What the app asks for

    def get_state(self) -> dict[str, Any]:
        """Return the command, those before it, and what is chosen."""
        kept, desk = self.remembered, self.desk
        kept.command, kept.history = self.command, desk.command_panel.line.history.commands
        kept.width = desk.beam.width
        for side, chosen in zip((desk.left, desk.right), self.desk.chosen, strict=True):
            if side.model_choice.offered:
                kept.models[str(side.id)] = chosen
            if side.wish is not None:
                kept.wishes[str(side.id)] = side.wish
        kept.tried, kept.findings = dict(desk.breaks.models), desk.breaks.findings
        return kept.write()

    def restore_state(self, state: dict[str, Any]) -> None:
        """Begin with what was there at the end of the last session."""
        self.remembered = Remembered.read(state)

    def use(self, name: str) -> None:
        """Use this model for the translation on the left."""
        self.desk.left.model_choice.use(name)

    def focus_first(self) -> None:
        """Begin in the command line, at once: the panels give the focus to who asks first."""
        self.screen.set_focus(self.desk.command_panel.line)

    # What the user changes

    @on(Input.Changed, "#command")
    @on(Select.Changed, "ModelChoice")
    def check(self) -> None:
        """Show whether the text is a command, or what is wrong with it; translate a command."""
        desk = self.desk
        second = desk.right.model_choice
        desk.show_second(not second.offered or second.chosen is not None)
        found = desk.command_panel.check()
        command = desk.command_panel.command
        desk.mark_stale(command, self.desk.chosen)
        self.remember()
        if not found.whole:
            return
        chosen = {
            side: name
            for side, name in zip((desk.left, desk.right), self.desk.chosen, strict=True)
            if name is not None
        }
        for side in chosen:
            side.show_work("translating")
        self.translate(command, chosen)

    @on(Select.Changed, "WhatChoice")
    def choose_what(self, event: Select.Changed) -> None:
        """Show what was chosen for the map of a side."""
        side = next(one for one in event.select.ancestors if isinstance(one, Side))
        if event.value in side.fields and event.value != side.what:
            self._show_what(side, str(event.value))

    @on(HeatMap.Asked)
    def show_asked(self, event: HeatMap.Asked) -> None:
        """Show what a key asks for in a map."""
        side = next(one for one in event.heat_map.ancestors if isinstance(one, Side))
        if event.what in side.fields:
            self._show_what(side, event.what)
        elif side.answer is not None:
            self.notify(f"{side.letter} has no {event.what} to show", severity="warning")

    def _show_what(self, side: Side, what: str) -> None:
        side.wish = what
        side.draw()
        if side.needs_trace:
            self.look_inside()
        self.remember()

    @on(BeamPanel.Wanted)
    @on(Desk.SideChanged)
    @on(Stepper.Changed, "#beam-width")
    def fill_beam(self) -> None:
        """Search the translations, as widely as the user wants."""
        self.search_beam()
        self.remember()

    @on(CommandLine.Left)
    def go_down(self) -> None:
        """Go from the command line to the map below it."""
        self.action_focus_map()

    @on(CommandLine.Kept)
    def keep_history(self) -> None:
        """Have the app keep the command for the next session."""
        self.remember()

    @on(StartLine.Started)
    def start_trying(self) -> None:
        """Try the translators on the splits."""
        self.action_break()

    @on(BreakPanel.Chosen)
    def put_command(self, event: BreakPanel.Chosen) -> None:
        """Put a command that goes wrong into the command line."""
        self.desk.command_panel.line.put(event.command)

    @on(HeatMap.Left)
    def go_up(self) -> None:
        """Go from the first step to the command above it."""
        self.desk.command_panel.line.focus()

    # Actions

    def action_random(self) -> None:
        """Put a random command into the command line."""
        self.desk.command_panel.line.put(draw(random.Random(self.remembered.drawn)))
        self.remembered.drawn += 1

    def action_steps(self) -> None:
        """Show only the first step, or show all steps again."""
        heat_map = self.desk.used.heat_map
        heat_map.shown = 1 if heat_map.shown is None else None
        heat_map.focus()
        self.desk.follow(heat_map)

    def action_focus_map(self) -> None:
        """Focus the map."""
        self.desk.used.heat_map.focus()

    def action_beam(self) -> None:
        """Show the beam, and move the focus there, or back."""
        self.call_after_refresh(self.desk.toggle_beam().focus)

    def action_beside(self) -> None:
        """Lay another translator beside the first, or choose which one."""
        desk = self.desk
        choice = desk.right.model_choice
        if choice.chosen is not None:
            desk.show_tab("right")
            desk.right.unfold_choice()
            return
        others = [name for name in choice.offered if name != self.desk.chosen[0]] or choice.offered
        if others:
            choice.value = others[0]
        else:
            self.notify("there is no translator to lay beside it", severity="warning")

    def action_stop(self) -> None:
        """Stop what works; else show all steps; else go back to the command."""
        desk = self.desk
        if self.tries:
            self.stop_trying()
        elif desk.used.heat_map.shown is not None:
            self.action_steps()
        else:
            desk.command_panel.line.focus()
