"""The charts of the pane: the forecast, the whole series, and the error by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.widget import Widget

from tui.forecast.drawing import Chart, Look, draw_forecast, draw_steps, draw_whole
from tui.forecast.study import Outlook, Study, Verdict

PAGE, ALL = "page", "all"
"""A move by a horizon, and one to an end of the series."""
EMPTY = "A series will be here, with its forecast and what came: ^o opens a table of yours."
NOT_YET = "How the error grows with the steps ahead will be here: it is being measured."
SERIES = ("forecast", "beside", "origin", "was", "quiet")
"""Colours of the methods in the order of the table, as the style sheet names them."""


class ForecastWidget(Widget):
    """A widget that draws in the colours of the charts."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"forecast--{name}" for name in ("was", "forecast", "beside", "origin", "quiet")
    }

    def on_mount(self) -> None:
        """Draw in the colours of another theme when that changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.refresh())

    def pick_color(self, name: str) -> str:
        """Return a colour of the charts in this theme."""
        color = self.get_component_rich_style(f"forecast--{name}").color
        return color.name if color is not None else ""

    def pick_look(self) -> Look:
        """Return the colours of the charts in this theme."""
        names = ("was", "forecast", "beside", "origin", "quiet")
        return Look(**{name: self.pick_color(name) for name in names})


class Timeline(ForecastWidget, can_focus=True):
    """A chart in which the origin of the forecast is moved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "origin"),
        Binding("right", "move(1)", "origin", show=False, tooltip="a row later"),
        Binding("pageup", "move('page', -1)", "a forecast earlier", show=False),
        Binding("pagedown", "move('page', 1)", "a forecast later", show=False),
        Binding("home", "move('all', -1)", "first row that can be forecast", show=False),
        Binding("end", "move('all', 1)", "the future: behind the last row", show=False),
        Binding("plus,equals_sign", "zoom(-1)", "less of what was before", show=False),
        Binding("minus", "zoom(1)", "more of what was before", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The origin is to be moved to a row."""

        row: int

    @dataclass
    class Zoomed(Message):
        """More or less of what was before is to be drawn."""

        steps: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.study: Study | None = None
        self.outlook: Outlook | None = None
        self.origin = 0
        """Where the origin is, or is on its way to."""
        self.chart: Chart | None = None

    def show_study(self, study: Study | None, origin: int) -> None:
        """Draw another series."""
        self.study, self.outlook, self.origin = study, None, origin
        self.refresh()

    def stand(self, origin: int) -> None:
        """Show a row as the origin."""
        self.origin = origin
        self.refresh()

    def show_outlook(self, outlook: Outlook) -> None:
        """Draw what the methods say."""
        self.outlook = outlook
        self.refresh()

    def action_move(self, by: int | str, sign: int = 1) -> None:
        """Move the origin by some rows, by a horizon, or to an end."""
        if (study := self.study) is None:
            return
        first, last = study.origins
        if by == ALL:
            row = first if sign < 0 else last
        else:
            row = self.origin + (sign * study.horizon if by == PAGE else int(by))
        self.post_message(self.Moved(row))

    def action_zoom(self, steps: int) -> None:
        """Draw more or less of what was before."""
        self.post_message(self.Zoomed(steps))

    def on_click(self, event: Click) -> None:
        """Move the origin to where the click was."""
        offset = event.get_content_offset(self)
        if offset is not None and self.chart is not None:
            self.post_message(self.Moved(self.chart.find_row(offset.x)))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move the origin back."""
        event.stop()
        self.action_move(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move the origin on."""
        event.stop()
        self.action_move(1)

    def render(self) -> Text:
        """Draw the chart, or say what will be here."""
        self.chart = self.draw_chart()
        if self.chart is None:
            return Text(EMPTY if self.study is None else "", self.pick_color("quiet"))
        return Text("\n", no_wrap=True, overflow="crop").join(self.chart.lines)

    def draw_chart(self) -> Chart | None:
        """Return the chart, if there is something to draw."""
        raise NotImplementedError


class ForecastChart(Timeline):
    """The series, the forecast with its band, and what came."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.beside, self.zoom = "", 0

    def draw_chart(self) -> Chart | None:
        """Return the chart around the origin."""
        if self.study is None or self.outlook is None:
            return None
        return draw_forecast(
            self.study,
            self.outlook,
            self.beside,
            self.size.width,
            self.size.height,
            self.pick_look(),
            self.zoom,
        )


class WholeChart(Timeline):
    """The whole series, its parts, and the place of the origin."""

    def draw_chart(self) -> Chart | None:
        """Return the chart of the whole series."""
        if self.study is None:
            return None
        size = self.size
        return draw_whole(self.study, self.origin, size.width, size.height, self.pick_look())


class StepsChart(ForecastWidget):
    """The mean error of each method, by the steps ahead."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.verdicts: Sequence[Verdict] = ()

    def show_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Draw how good other methods are."""
        self.verdicts = verdicts
        self.refresh()

    def render(self) -> Text:
        """Draw the curves, or say what will be here."""
        if not self.verdicts:
            return Text(NOT_YET, self.pick_color("quiet"))
        looks = [self.pick_color(name) for name in SERIES]
        size = self.size
        lines = draw_steps(self.verdicts, size.width, size.height, looks, looks[-1])
        return Text("\n", no_wrap=True, overflow="crop").join(lines)
