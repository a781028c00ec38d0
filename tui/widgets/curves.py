"""Curves of a training, in dots of Braille."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget

MOST_POINTS = 400
"""Of a curve, beyond which some are left out: a terminal has no room for more."""

Points = Sequence[tuple[float, float]]


class Curves(Widget):
    """The training loss, dashed, and the validation loss, in nats over passes."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.train: Points = ()
        self.validation: Points = ()

    def show_curves(self, train: Points, validation: Points) -> None:
        """Draw these instead."""
        self.train, self.validation = train, validation
        self.refresh()

    def render(self) -> Text:
        """Draw what there is."""
        if not self.train and not self.validation:
            return Text("nothing has been logged yet", style="dim")
        from seq.braille import draw_panel
        from seq.curves import LOSS, Line, Panel

        stride = -(-len(self.train) // MOST_POINTS) or 1
        lines = [
            Line(0, [*self.train[::stride]], dashed=True),
            Line(1, [*self.validation]),
        ]
        title = "loss in nats, over passes: training dashed, validation solid"
        panel = Panel(title, LOSS, [line for line in lines if line.points])
        rows = max(3, self.size.height - 3)
        return Text("\n", no_wrap=True).join(draw_panel(panel, max(30, self.size.width), rows))
