"""Forecast in its states, at four sizes, dark and light, looks like the pictures that are kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_helpers import until
from states import MINUTE, Look, Size, list_states, name_states
from textual.pilot import Pilot
from textual.widgets import DataTable

from tui.forecast.pane import ForecastPane
from tui.forecast.study import Study, Verdict
from tui.widgets.workspace import Workspace

pytestmark = pytest.mark.usefixtures("forecasters")


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


STATES = name_states(show_first, show_finished, show_working, show_error)


@pytest.fixture(autouse=True)
def standing(state: str, going: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the state "working", have measuring that waits after one method for the event."""
    judged = Study.judge

    def wait(self: Study) -> Iterator[Verdict]:
        for verdict in judged(self):
            yield verdict
            going.wait(MINUTE)

    if state == "working":
        monkeypatch.setattr(Study, "judge", wait)


@list_states(STATES)
def test_the_pane_looks_as_it_did(state: str, size: Size, theme: str, look: Look) -> None:
    look("forecast", state, STATES[state], size, theme)
