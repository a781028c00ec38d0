"""The pane Forecast: how a series goes on, what came, and what simple methods say."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Select

from tui.forecast.charts import ForecastChart, StepsChart, Timeline, WholeChart
from tui.forecast.choices_panel import ChoicesPanel
from tui.forecast.gaze_view import GazeView
from tui.forecast.methods_panel import MethodsPanel
from tui.forecast.opening import load_forecaster
from tui.forecast.remembered import Remembered
from tui.forecast.working import Working
from tui.keys import bind
from tui.models import Models
from tui.walk import Walk
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.workspace import Workspace

PACE = 0.15
"""Seconds from row to row while the origin walks on by itself."""
MOST_ZOOM = 9


class ForecastPane(Working):
    """A series, a forecast from any of its rows, and how good that and simple methods are."""

    HELP = """\
A series of numbers in time, and how a forecaster says that it goes on from the **origin**, the
dotted upright line. Nothing from there on is read. The dots around the forecast are the band in
which 80 % of what comes should lie. What came is drawn as well, where it is known.

Move the origin with ← and →, a whole forecast with page up and page down, to an end with home and
end: behind the last row, nobody knows yet. `^r` lets it walk on by itself. The chart of the whole
series shows where you are; the two upright lines in it end the part that was trained on, and the
part that chose the model.

The table says how far off each method is from this origin, and on average over forecasts from the
test part, in the unit of the series; and how much of what came lies in its band. Simple methods
stand beside: the last value, the last season again, and a linear autoregression. A forecaster that
is not better than these has learned nothing of use. Enter, or `^l`, draws one beside.

`^o` opens a table of yours. A forecaster reads it if it has the columns that it was trained on;
else the simple methods forecast it. Gaps are filled with the value before, and not judged.
For a forecaster with attention a map shows how much each step looks at each row.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("run", "walk", "walk on"),
        bind("beside", "beside", "beside"),
        bind("open", "open", "open"),
        bind("example", "example", "example"),
        bind("save", "save", "save"),
        bind("stop", "stop", "Stop; back to the series", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kept = Remembered()
        self.models = Models(load_forecaster, self.show_loading)
        self._walk = Walk(self, PACE, self.walk_on)

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        with Workspace():
            yield Panel(ForecastChart(id="chart-around"), title="Series", id="series")
            yield ChoicesPanel(id="choices")
            yield MethodsPanel(id="methods")
            yield Panel(WholeChart(id="chart-whole"), title="Whole series", tab="Whole", id="whole")
            yield Panel(
                StepsChart(id="chart-steps"), title="Error by step", tab="Steps", id="steps"
            )
            yield Panel(GazeView(), title="Where each step looks", tab="Looks", id="gaze")

    def on_mount(self) -> None:
        """Begin with what was there at the end of the last session."""
        self.chart.beside, self.chart.zoom = self.kept.beside, self.kept.zoom
        self.use_remembered()
        self.panel("whole").foot = "click: go there"
        if self.kept.path:  # it can be looked at where there is no forecaster, too
            self.open_series()

    # What the app asks for

    def restore_state(self, state: dict[str, Any]) -> None:
        """Begin with what was there at the end of the last session."""
        self.kept = Remembered.read(state)

    def focus_first(self) -> None:
        """Begin in the chart."""
        self.screen.set_focus(self.chart)

    # What the user changes

    @on(Select.Changed, "#forecaster")
    def change_model(self) -> None:
        """Read what another forecaster was trained on, or the table that is open."""
        if self.study is not None:
            self.kept.horizon = self.kept.seed = None
            if not self.kept.path:
                self.kept.origin = None
        self.open_series()

    @on(Stepper.Changed, "#steps-ahead")
    def change_horizon(self, event: Stepper.Changed) -> None:
        """Forecast more steps or fewer."""
        if self.study is not None and event.stepper.value != self.study.horizon:
            self.kept.horizon = int(event.stepper.value or 1)
            self.open_series()

    @on(Stepper.Changed, "#seed")
    def change_seed(self, event: Stepper.Changed) -> None:
        """Make the series by rule from another seed: one that was never seen."""
        if self.study is not None and event.stepper.value != self.study.seed:
            self.kept.seed = int(event.stepper.value or 0)
            self.open_series()

    @on(Select.Changed, "#target")
    def change_target(self, event: Select.Changed) -> None:
        """Forecast another column."""
        if isinstance(event.value, str) and event.value != self.kept.target:
            self.kept.target = event.value
            self.open_series()

    @on(Timeline.Moved)
    def move(self, event: Timeline.Moved) -> None:
        """Forecast from another row."""
        self.move_to(event.row)

    @on(Timeline.Zoomed)
    def zoom(self, event: Timeline.Zoomed) -> None:
        """Draw more or less of what was before the origin."""
        chart = self.chart
        chart.zoom = self.kept.zoom = max(-MOST_ZOOM, min(chart.zoom + event.steps, MOST_ZOOM))
        chart.refresh()
        self.remember()

    @on(MethodsPanel.Chosen)
    def lay_beside(self, event: MethodsPanel.Chosen) -> None:
        """Draw a method beside the first one, or no longer."""
        self._lay_beside("" if event.name == self.kept.beside else event.name)

    def _lay_beside(self, name: str) -> None:
        self.kept.beside = self.chart.beside = name
        self.chart.refresh()
        self.draw_said()
        self.remember()

    # Actions

    def action_beside(self) -> None:
        """Draw the next of the methods beside the first one; after the last one none."""
        if self.study is None:
            return
        names = ["", *(method.name for method in self.study.methods[1:])]
        at = names.index(self.kept.beside) if self.kept.beside in names else 0
        self._lay_beside(names[(at + 1) % len(names)])

    def action_example(self) -> None:
        """Go back to the series of the forecaster; if that is shown, make another one by rule."""
        if self.kept.path:
            self.kept.path, self.kept.origin = "", None
        elif self.study is not None and self.study.seed is not None:
            self.kept.seed = self.study.seed + 1
        self.open_series()

    def action_walk(self) -> None:
        """Let the origin walk on by itself, or stop it."""
        if self._walk.running:
            self._walk.stop()
        elif self.study is not None:
            if self.chart.origin >= self.study.origins[1]:
                self.move_to(self.study.trial.parts.validation)
            self._walk.start()

    def walk_on(self) -> None:
        """Go a row on, if the forecast from this one is shown; at the end, stop."""
        if self.study is None or self.chart.origin >= self.study.origins[1]:
            self._walk.stop()
        elif self.outlook is not None and self.outlook.origin == self.chart.origin:
            self.move_to(self.chart.origin + 1)

    def action_stop(self) -> None:
        """Stop what works; where nothing works, go back to the series."""
        if self._walk.running:
            self._walk.stop()
        elif self.measures:
            self.workers.cancel_group(self, "measure")
            self.panel("methods").end_work()
        else:
            self.chart.focus()
