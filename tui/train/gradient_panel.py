"""The panel Gradient: its norm over the passes, and how often it was clipped."""

from __future__ import annotations

import numpy as np
from rich.text import Text
from textual.app import ComposeResult
from textual.widget import Widget

from tui.train.chart_drawing import draw_small
from tui.train.log import RunLog
from tui.train.plot import read_x, thin_out
from tui.train.runs import Run
from tui.widgets.panel import Panel

NO_GRADIENT = "The norm of the gradient is drawn here, with the bound at which it is clipped."


class Norms(Widget):
    """The norm of the gradient, before it is clipped, on a logarithmic axis."""

    COMPONENT_CLASSES = {"norms--norm", "norms--quiet"}  # noqa: RUF012  (as in Widget)

    def __init__(self) -> None:
        super().__init__(id="norms")
        self.run: Run | None = None

    def show_run(self, run: Run | None) -> None:
        """Draw another run, or what has been logged meanwhile."""
        self.run = run
        self.refresh()

    def render(self) -> Text:
        """Draw the norm, or say what will be here."""
        norm, quiet = self._color("norm"), self._color("quiet")
        if self.run is None or not self.run.log.columns["gradient_norm"]:
            return Text(NO_GRADIENT, quiet)
        log, width = self.run.log, self.size.width
        norms = np.array(log.columns["gradient_norm"])
        points = thin_out(read_x(log, "passes"), norms, max(30, 2 * width))
        lines = draw_small(points, width, self.size.height, (norm, quiet), self.run.clip)
        return Text("\n", no_wrap=True, overflow="crop").join(lines)

    def _color(self, name: str) -> str:
        color = self.get_component_rich_style(f"norms--{name}").color
        return color.name if color is not None else ""


class GradientPanel(Panel):
    """The norm of the gradient of the chosen run."""

    def __init__(self) -> None:
        super().__init__(title="Gradient", id="gradient")

    def compose(self) -> ComposeResult:
        """Lay out the chart."""
        yield Norms()

    def show_run(self, run: Run | None) -> None:
        """Show a run."""
        self.query_one(Norms).show_run(run)
        bound = "" if run is None or run.clip is None else f" · clipped at {run.clip:g}"
        self.title = f"Gradient norm{bound}"
        share = None if run is None else find_clipped_share(run.log)
        self.foot = "" if share is None else f"{share:.1%} of the steps clipped"


def find_clipped_share(log: RunLog) -> float | None:
    """Return the share of the steps in which the gradient was clipped; None if it is not known."""
    shares = np.array(log.columns["clipped"])
    known = shares[np.isfinite(shares)]
    return float(known.mean()) if len(known) else None
