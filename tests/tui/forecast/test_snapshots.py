"""Forecast in its states, at four sizes, dark and light, looks like the pictures that are kept."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from app_helpers import list_pictures, run_app, standing_clock, until
from textual.pilot import Pilot
from textual.widgets import DataTable

from tui.forecast.pane import ForecastPane
from tui.forecast.study import Study, Verdict
from tui.widgets.work import Work
from tui.widgets.workspace import Workspace

pytestmark = pytest.mark.usefixtures("forecasters")

Show = Callable[[Pilot[None], ForecastPane], Awaitable[None]]
SIZES = [(60, 16), (80, 24), (120, 36), (200, 60)]
THEMES = ["textual-dark", "textual-light"]
MINUTE = 60.0


async def show_first(pilot: Pilot[None], pane: ForecastPane) -> None:
    """The series of the forecaster, from the middle of the test part."""
    await until(pilot, lambda: pane.study is not None)
    await until(pilot, lambda: pane.outlook and pane.outlook.origin == pane.chart.origin)
    await until(pilot, lambda: pane.study and len(pane.verdicts) == len(pane.study.methods))
    await until(pilot, lambda: pane.panel("methods").work is None)


async def show_finished(pilot: Pilot[None], pane: ForecastPane) -> None:
    """A method beside the forecaster, from another origin, in more room; the table is looked at."""
    await show_first(pilot, pane)
    await pilot.press("ctrl+l", "pagedown", "minus")
    pane.query_one(Workspace).show_tab("methods")
    pane.query_one(DataTable).focus()
    await show_first(pilot, pane)


async def show_working(pilot: Pilot[None], pane: ForecastPane) -> None:
    """One method is measured; a clock that stands says for how long."""
    pane.query_one(Workspace).show_tab("methods")
    await until(pilot, lambda: pane.outlook and pane.outlook.origin == pane.chart.origin)
    await until(pilot, lambda: (work := pane.panel("methods").work) and work.done == 1)


async def show_error(pilot: Pilot[None], pane: ForecastPane) -> None:
    """A table that cannot be read was opened; what is shown is dimmed."""
    await show_first(pilot, pane)
    Path("bad.csv").write_text("a,b\nx,y\n")
    pane.kept.path = "bad.csv"
    pane.open_series()
    await until(pilot, lambda: pane.panel("series").stale and pilot.app._notifications)


STATES: dict[str, tuple[Show, list[tuple[int, int]]]] = {
    "first": (show_first, SIZES),
    "finished": (show_finished, SIZES),
    "working": (show_working, SIZES[1:3]),
    "error": (show_error, SIZES[1:3]),
}


@pytest.fixture
def going(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[threading.Event]:
    """Have a clock that stands, and measuring that stands after one method."""
    monkeypatch.setattr("tui.widgets.panel.Work", lambda: Work(standing_clock()))
    going, judged = threading.Event(), Study.judge

    def wait(self: Study) -> Iterator[Verdict]:
        for verdict in judged(self):
            yield verdict
            going.wait(MINUTE)

    if "working" in request.node.callspec.id:
        monkeypatch.setattr(Study, "judge", wait)
    yield going
    going.set()


@pytest.mark.parametrize("theme", THEMES)
@list_pictures(STATES)
def test_the_pane_looks_as_it_did(
    state: str,
    size: tuple[int, int],
    theme: str,
    going: threading.Event,
    compare: Callable[[Pilot[None], str], Awaitable[None]],
) -> None:
    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        pilot.app.theme = theme
        show, _ = STATES[state]
        await show(pilot, pane)
        shown = f"{state}-{size[0]}x{size[1]}-{theme.removeprefix('textual-')}"
        try:
            await compare(pilot, f"forecast-{shown}")
        finally:
            going.set()  # the app waits for its threads

    run_app(drive, "forecast", size)
