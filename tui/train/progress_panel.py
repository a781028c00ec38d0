"""The panel Progress: how far the chosen run is, how fast, and with which rate."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widget import Widget

from charlm.console.live import draw_sparkline
from tui.train.figures import find_share_done, format_figures, format_speed, format_time_left
from tui.train.plot import average
from tui.train.runs import Run
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

NO_RUN = "no run is chosen"
"""What stands here while there is none."""
FULL, EMPTY = "█", "░"
LABEL = 6
"""Cells of the names of the lines."""
FIGURES = 22
"""Cells of the figures at the ends of the lines."""


class Progress(Widget):
    """A bar of what is behind, and speed and learning rate as they were over time."""

    COMPONENT_CLASSES = {"progress--bar", "progress--quiet"}  # noqa: RUF012  (as in Widget)

    run: reactive[Run | None] = reactive(None, always_update=True)

    def render(self) -> Text:
        """Draw the three lines."""
        if self.run is None:
            return Text("")
        width = self.size.width
        bar = self.get_component_rich_style("progress--bar")
        quiet = self.get_component_rich_style("progress--quiet")
        lines = []
        if (share := find_share_done(self.run.log)) is not None:
            cells = max(1, width - 5)
            full = round(share * cells)
            lines.append(
                Text.assemble(
                    (FULL * full, bar), (EMPTY * (cells - full), quiet), f" {share:>4.0%}"
                )
            )
        room = max(4, min(width - LABEL - FIGURES - 2, 60))
        for name, column, figures in (
            ("speed", "units_per_second", format_speed(self.run.log)),
            ("rate", "learning_rate", self._format_rates()),
        ):
            values = average(self.run.log.columns[column], room)
            if values:
                line = draw_sparkline(values, room)
                lines.append(Text.assemble((f"{name:<{LABEL}}", quiet), (line, bar), f" {figures}"))
        return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)

    def _format_rates(self) -> str:
        assert self.run is not None
        rates = self.run.log.columns["learning_rate"]
        return f"{max(rates):.2g} → {rates[-1]:.2g}" if rates else ""


class ProgressPanel(Panel):
    """How far the chosen run is."""

    def __init__(self) -> None:
        super().__init__(title="Progress", id="progress")

    def compose(self) -> ComposeResult:
        """Lay out bar, small charts and figures."""
        yield Progress(id="bar")
        yield Caption(NO_RUN, id="figures", markup=False)

    def show_run(self, run: Run | None, state: str | None = None) -> None:
        """Show a run.

        Args:
            run: the run, or None for none.
            state: its state, if the app knows it better than the log.
        """
        progress = self.query_one(Progress)
        progress.run, progress.display = run, run is not None
        figures = NO_RUN if run is None else format_figures(run.log, state)
        self.query_one("#figures", Caption).update(figures)
        known = state or (run.log.state if run is not None else "")
        self.title = f"Progress · {known}" if known else "Progress"
        self.foot = format_time_left(run.log) if run is not None and known == "training" else ""
