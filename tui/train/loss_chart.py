"""The chart of the losses of several runs, with a cursor that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.train.chart_drawing import Chart, Look, draw_chart
from tui.train.log import RunLog
from tui.train.marks import LETTERS
from tui.train.plot import X_AXES, Y_AXES, Curves, XAxis, YAxis, make_curves, read_at
from tui.widgets.panel import Panel

EMPTY = (
    "Nothing has been trained here yet. {begin}, and the loss of validation and of training is "
    "drawn here, pass by pass."
)
NOT_YET = "nothing has been logged yet: the data is read first, the first figures come soon after"
TITLE_AT = 3
"""Cell at which the text of a border begins."""
STEPS = 50
"""Positions of the cursor, at least."""


@dataclass(frozen=True)
class Drawn:
    """A run that is drawn."""

    name: str
    """What the chart calls it."""
    letter: str
    look: int
    """Number of its colour."""
    log: RunLog


class LossChart(Widget, can_focus=True):
    """Loss in nats: validation as a line, training dashed; the cursor gives the values."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "cursor to the left", show=False),
        Binding("right", "move(1)", "cursor to the right", show=False),
        Binding("home", "move(-1000000)", "cursor to the start", show=False),
        Binding("end", "move(1000000)", "no cursor", show=False),
        Binding("x", "turn_x", "x: passes, minutes, steps", show=False),
        Binding("y", "turn_y", "y: linear, log", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"chart--{number}" for number in range(len(LETTERS))), "chart--quiet",
    }  # fmt: skip

    x_axis: reactive[XAxis] = reactive("passes", init=False)
    y_axis: reactive[YAxis] = reactive("linear", init=False)
    cursor: reactive[int | None] = reactive(None, init=False)
    """Cell of the inside where the cursor stands; None for no cursor."""

    class Moved(Message):
        """The cursor, or an axis, has changed."""

    def __init__(self) -> None:
        super().__init__(id="curves")
        self.runs: Sequence[Drawn] = ()
        self.begin = ""
        """How a first training is begun, in words."""
        self._chart: Chart | None = None
        self._curves: dict[object, Curves] = {}
        self._look: Look | None = None

    def restore_axes(self, x_axis: str, y_axis: str) -> None:
        """Draw with the axes of the last session."""
        for x in X_AXES:
            if x == x_axis:
                self.set_reactive(LossChart.x_axis, x)
        for y in Y_AXES:
            if y == y_axis:
                self.set_reactive(LossChart.y_axis, y)

    def show_runs(self, runs: Sequence[Drawn]) -> None:
        """Draw other runs, the one that the marks are for last."""
        self.runs = runs
        self.refresh()

    def show_begin(self, begin: str) -> None:
        """Say how a first training is begun, while there is none."""
        self.begin = begin
        if not self.runs:
            self.refresh()

    @property
    def train(self) -> list[tuple[float, float]]:
        """Points of the training loss of the run that the marks are for."""
        return self.runs[-1].log.train if self.runs else []

    @property
    def validation(self) -> list[tuple[float, float]]:
        """Points of the validation loss of the run that the marks are for."""
        return self.runs[-1].log.validation if self.runs else []

    def make_curves(self) -> list[Curves]:
        """Return the curves of the runs; those of logs that have not grown are kept."""
        most = max(60, 2 * self.size.width)
        keys = [
            (one.log.folder, one.log.version, one.letter, self.x_axis, most) for one in self.runs
        ]
        self._curves = {
            key: self._curves.get(key)
            or make_curves(one.log, one.name, one.letter, one.look, self.x_axis, most)
            for key, one in zip(keys, self.runs, strict=True)
        }
        return [*self._curves.values()]

    def render(self) -> Text:
        """Draw the curves, or say what will be here."""
        curves = self.make_curves()
        self._chart = None
        if not any(one.train or one.validation for one in curves):
            return Text(
                NOT_YET if self.runs else EMPTY.format(begin=self.begin), self._color("quiet")
            )
        look = self._find_look()
        axes = (self.x_axis, self.y_axis)
        width, height = self.size.width, self.size.height
        chart = draw_chart(curves, width, height, look, axes, self.find_cursor(curves))
        self._chart = chart
        return Text("\n", no_wrap=True, overflow="crop").join(chart.lines)

    def _find_look(self) -> Look:
        """Return the colours of the theme; finding them takes as long as drawing."""
        if self._look is None:
            colors = [self._color(str(number)) for number in range(len(LETTERS))]
            self._look = Look(colors, self._color("quiet"))
        return self._look

    def notify_style_update(self) -> None:
        """Find the colours again: the theme may be another one."""
        self._look = None
        super().notify_style_update()

    def _color(self, name: str) -> str:
        color = self.get_component_rich_style(f"chart--{name}").color
        return color.name if color is not None else ""

    def find_cursor(self, curves: Sequence[Curves]) -> float | None:
        """Return the place of the cursor on the horizontal axis."""
        if self.cursor is None or not curves:
            return None
        right = max((x for one in curves for x, _ in (*one.train, *one.validation)), default=0.0)
        return right * self.cursor / max(1, self._columns - 1)

    @property
    def _columns(self) -> int:
        return self._chart.columns if self._chart is not None else STEPS

    def describe_cursor(self) -> str:
        """Return the values of all curves at the cursor."""
        curves = self.make_curves()
        at = self.find_cursor(curves)
        if at is None:
            return ""
        word = {"passes": "pass", "minutes": "minute", "steps": "step"}[self.x_axis]
        parts = [f"{word} {at:.4g}:"]
        for one in curves:
            loss, train = read_at(one.validation, at), read_at(one.train, at)
            values = [f"{value:.3f}" for value in (loss, train) if value is not None]
            parts.append(f"{one.letter} {' train '.join(values) or '–'}".strip())
        return "  ".join(parts)

    def action_move(self, cells: int) -> None:
        """Move the cursor; beyond the end there is none."""
        last = self._columns - 1
        if self.cursor is None:
            self.cursor = last if cells < 0 else 0
            return
        place = self.cursor + cells
        self.cursor = max(0, place) if place <= last else None

    def action_turn_x(self) -> None:
        """Draw passes, minutes or steps to the right."""
        self.x_axis = X_AXES[(X_AXES.index(self.x_axis) + 1) % len(X_AXES)]

    def action_turn_y(self) -> None:
        """Draw the losses on a linear or on a logarithmic axis."""
        self.y_axis = Y_AXES[(Y_AXES.index(self.y_axis) + 1) % len(Y_AXES)]

    def watch_cursor(self) -> None:
        """Tell the pane."""
        self.post_message(self.Moved())

    def watch_x_axis(self) -> None:
        """Tell the pane."""
        self.post_message(self.Moved())

    def watch_y_axis(self) -> None:
        """Tell the pane."""
        self.post_message(self.Moved())

    def on_click(self, event: Click) -> None:
        """Put the cursor where the click was."""
        offset = event.get_content_offset(self)
        if offset is not None and self._chart is not None:
            place = offset.x - self._chart.margin
            if 0 <= place < self._chart.columns:
                self.cursor = place


class ChartPanel(Panel):
    """The losses of the runs that are drawn; a click on an axis in the title turns it."""

    def __init__(self) -> None:
        super().__init__(title="Loss in nats", id="chart")

    def compose(self) -> ComposeResult:
        """Lay out the chart."""
        yield LossChart()

    def on_click(self, event: Click) -> None:
        """Turn the axis whose name in the top edge was clicked."""
        chart, place = self.query_one(LossChart), event.x - TITLE_AT
        start, then = self.title.find("x ◂"), self.title.find("y ◂")
        if event.y == 0 and 0 <= start <= place:
            if place < then:
                chart.action_turn_x()
            elif place < then + self.title[then:].find("▸") + 1:
                chart.action_turn_y()
