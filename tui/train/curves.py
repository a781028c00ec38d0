"""The curves of a training, drawn in Braille dots."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget

MOST_POINTS = 400
"""Greatest number of points that are drawn of a curve: a terminal has no room for more."""

ROOM_FOR_NORMS = 24
"""Least height of the widget, in lines, at which the gradient norm is drawn too."""

Points = Sequence[tuple[float, float]]


class Curves(Widget):
    """Training loss (dashed) and validation loss, in nats, over passes; and the gradient norm."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.train: Points = ()
        self.validation: Points = ()
        self.norms: Points = ()

    def show_curves(self, train: Points, validation: Points, norms: Points) -> None:
        """Draw other curves."""
        self.train, self.validation, self.norms = train, validation, norms
        self.refresh()

    def render(self) -> Text:
        """Draw the curves, or say that there are none yet."""
        if not self.train and not self.validation:
            return Text("nothing has been logged yet", style="dim")
        from charlm.drawing.braille import draw_panel
        from charlm.drawing.panels import Line, Panel
        from charlm.experiments.curves import EPOCHS, LOSS

        train = _drop_start(_thin_out(self.train))
        losses = [Line(0, train, dashed=True), Line(1, [*self.validation])]
        panels = [("loss in nats by pass, training dashed", LOSS, losses)]
        if self.size.height >= ROOM_FOR_NORMS and self.norms:
            norms = [Line(2, _drop_start(_thin_out(self.norms)), dashed=True)]
            panels.append(("norm of the gradient, before it is clipped", "norm", norms))
        width = max(30, self.size.width)
        rows = max(3, self.size.height // len(panels) - 3)
        drawn: list[Text] = []
        for title, unit, lines in panels:
            shown = [line for line in lines if line.points]
            last = max(x for line in shown for x, _ in line.points)
            panel = Panel(title, EPOCHS, unit, shown, x_range=(0.0, last or 1.0))
            drawn += draw_panel(panel, width, rows)
        return Text("\n", no_wrap=True).join(drawn)


def _thin_out(points: Points) -> list[tuple[float, float]]:
    stride = -(-len(points) // MOST_POINTS) or 1
    return [*points[::stride]]


def _drop_start(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Drop the first twentieth of a curve: its steep fall would flatten the rest."""
    return points[len(points) // 20 :]
