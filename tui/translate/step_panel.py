"""The candidates at the step of the cursor, of both translators."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from charlm.console.program import format_name
from tui.translate.chance_bars import ChanceBars, list_chances
from tui.translate.side import Side
from tui.widgets.chances import find_floor
from tui.widgets.panel import Panel

TITLE = "what else it might have said"


class StepPanel(Panel):
    """A list of bars for each translator, on one scale."""

    def __init__(self, *, id: str) -> None:
        super().__init__(title=f"Step · {TITLE}", tab="Step", id=id)

    def compose(self) -> ComposeResult:
        """Lay out the bars, those of A on the left."""
        with Horizontal():
            yield ChanceBars(id="left-bars")
            yield ChanceBars(id="right-bars")

    def show_step(self, sides: list[Side]) -> None:
        """Show the candidates at the step of the cursor.

        Args:
            sides: A and B.
        """
        answers = [side.answer if side.display else None for side in sides]
        found = [answer.found for answer in answers if answer is not None]
        if not found:
            return
        floor = find_floor(min(float(one.probabilities.min()) for one in found))
        row = sides[0].heat_map.row
        for side, answer in zip(sides, answers, strict=True):
            bars = self.query_one(f"#{side.id}-bars", ChanceBars)
            own = side.heat_map.row
            bars.display = answer is not None
            if answer is None or own >= len(answer.found.steps):
                continue
            shares, said = answer.found.probabilities[own].tolist(), answer.found.steps[own]
            heading = f"{side.letter} {format_name(answer.model)}"
            bars.show_chances(heading, list_chances(answer.found.symbols, shares, said), floor)
        self.title = f"Step {row + 1} of {len(sides[0].heat_map.map.rows)} · {TITLE}"
        self.foot = "log scale"
