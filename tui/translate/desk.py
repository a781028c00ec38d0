"""The panels of the pane Translate, and what they show together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget

from tui.translate.beam_panel import BeamPanel
from tui.translate.break_panel import BreakPanel
from tui.translate.chance_bars import ChanceBars
from tui.translate.command_panel import CommandPanel
from tui.translate.heat_map import HeatMap
from tui.translate.side import Side
from tui.translate.step_panel import StepPanel
from tui.widgets.workspace import Workspace

if TYPE_CHECKING:
    from tui.widgets.panel import Panel


class Desk(Workspace):
    """The command, both translators, the step of the cursor, a beam, and where they break.

    The rows of both maps are locked: they show the same steps, and the cursor is at the same one.
    """

    class SideChanged(Message):
        """The user looks at the other translator now."""

    def __init__(self, command: CommandPanel, beam: BeamPanel) -> None:
        super().__init__()
        self.command_panel, self.beam = command, beam
        self.left, self.right = Side("A", "left", preferred=0), Side("B", "right", preferred=1)
        self.left.other, self.right.other = self.right, self.left
        self.step = StepPanel(id="step")
        self.breaks = BreakPanel(id="breaks")
        self.used = self.left
        """The side whose map the user has moved in last."""

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        yield self.command_panel
        yield from (self.left, self.right, self.step, self.beam, self.breaks)

    def sort_panels(self, panels: Iterable[Panel]) -> list[Panel]:
        """Return panels with the map of A first, which is the main one."""
        return sorted(panels, key=lambda panel: panel is not self.left)

    @property
    def sides(self) -> list[Side]:
        """A, and B if it is shown."""
        return [side for side in (self.left, self.right) if not side.has_class("-gone")]

    @property
    def chosen(self) -> list[str | None]:
        """The translator that is chosen on each side."""
        return [side.model_choice.chosen for side in (self.left, self.right)]

    def show_second(self, shown: bool) -> None:
        """Show or hide the second translator."""
        if not shown:
            self.used = self.left
        if self.right.has_class("-gone") == shown:
            self.right.set_class(not shown, "-gone")
            self.arrange_tabs()
            self.draw()

    def draw(self) -> None:
        """Show the answers of both sides, and the step of the cursor."""
        for side in self.sides:
            side.draw()
        self.step.show_step(self.sides)

    @on(HeatMap.Moved)
    def follow_cursor(self, event: HeatMap.Moved) -> None:
        """Have the other map follow, and show the candidates at the step."""
        event.stop()
        self.follow(event.heat_map)

    @on(ChanceBars.Stepped)
    def go(self, event: ChanceBars.Stepped) -> None:
        """Go to the next step, or to the one before, from its candidates."""
        event.stop()
        if event.steps > 0 or self.used.heat_map.row:
            self.used.heat_map.action_move(event.steps, 0)

    @on(DescendantFocus)
    def note_side(self, event: DescendantFocus) -> None:
        """Note which translator is looked at: keys and other panes ask."""
        for side in (self.left, self.right):
            if event.widget is side.heat_map and self.used is not side:
                self.used = side
                self.post_message(self.SideChanged())

    def follow(self, leader: HeatMap) -> None:
        """Have the other map follow one map."""
        for side in (self.left, self.right):
            if side.heat_map is not leader:
                side.heat_map.follow(leader)
        for side in self.sides:
            side.draw_said()
        self.step.show_step(self.sides)

    def mark_stale(self, command: str, models: Iterable[str | None]) -> None:
        """Dim what does not belong to a command, or to the translators that are chosen."""
        for side, model in zip((self.left, self.right), models, strict=True):
            side.stale = side.answer is not None and (
                side.answer.command != command or side.answer.model != model
            )
        self.step.stale = self.left.stale
        self.beam.stale = self.beam.asked is not None and self.beam.asked[1] != command
        tried, chosen = self.breaks.models, [*models]
        self.breaks.stale = bool(self.breaks.findings) and [*tried.values()] != [
            model for model in chosen if model is not None
        ]

    def toggle_beam(self) -> Widget:
        """Show the beam, in place of the step where there is no room for both, or the step again.

        Returns:
            What the focus belongs to then.
        """
        if not self.tabbed and self.screen.has_class("-medium"):
            self.set_class(not self.has_class("-beam"), "-beam")
            if not self.has_class("-beam"):
                return self.used.heat_map
        self.show_tab("beam")
        return self.beam.stepper
