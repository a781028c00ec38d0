"""Translate in its states, at four sizes, dark and light, looks like the pictures that are kept."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator

import pytest
from app_helpers import list_pictures, run_app, standing_clock, until
from stand_ins import BadInterpreter
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from corpora.scan.splits import SPLITS
from tui.translate.pane import TranslatePane
from tui.widgets.work import Work

pytestmark = pytest.mark.usefixtures("translators", "small_splits")

Show = Callable[[Pilot[None], TranslatePane], Awaitable[None]]
SIZES = [(60, 16), (80, 24), (120, 36), (200, 60)]
THEMES = ["textual-dark", "textual-light"]
MINUTE = 60.0


async def show_first(pilot: Pilot[None], pane: TranslatePane) -> None:
    """The example, translated by both; in a wide window with the beam."""
    desk = pane.desk
    await until(pilot, lambda: desk.right.answer and desk.right.answer.trace)
    beam: DataTable[object] = desk.beam.query_one(DataTable)
    await until(pilot, lambda: beam.row_count == 5 or not desk.beam.display)


async def show_finished(pilot: Pilot[None], pane: TranslatePane) -> None:
    """A command that B gets wrong, a step of it, and what the splits say."""
    pane.query_one("#command", Input).value = "look around right and jump"
    await show_first(pilot, pane)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: len(pane.desk.breaks.findings) == len(SPLITS) and not pane.tries)
    await pilot.press("down", "down", "down", "right")
    await until(pilot, lambda: pane.desk.right.heat_map.row == 2)


async def show_working(pilot: Pilot[None], pane: TranslatePane) -> None:
    """The splits are being tried; a clock that stands says for how long."""
    await show_first(pilot, pane)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: len(pane.desk.breaks.findings) == 2)
    await until(pilot, lambda: pane.desk.breaks.work and pane.desk.breaks.work.done == 40)


async def show_error(pilot: Pilot[None], pane: TranslatePane) -> None:
    """What is typed is no command; the answer to the one before is dimmed."""
    await show_first(pilot, pane)
    pane.query_one("#command", Input).value = "jump twice twice"
    await until(pilot, lambda: pane.desk.left.stale)


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
    """Have a clock that stands, and work that stands after two splits until the event is set."""
    monkeypatch.setattr("tui.widgets.panel.Work", lambda: Work(standing_clock()))
    going, translated = threading.Event(), BadInterpreter.actions

    def wait(self: BadInterpreter, commands: Iterable[str]) -> list[tuple[str, ...]]:
        tried.append(1)
        if len(tried) > 4:
            going.wait(MINUTE)
        return translated(self, commands)

    tried: list[int] = []
    if "working" in request.node.callspec.id:
        monkeypatch.setattr(BadInterpreter, "actions", wait)
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
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        pilot.app.theme = theme
        pane.query_one("#command", Input).cursor_blink = False
        show, _ = STATES[state]
        await show(pilot, pane)
        shown = f"{state}-{size[0]}x{size[1]}-{theme.removeprefix('textual-')}"
        try:
            await compare(pilot, f"translate-{shown}")
        finally:
            going.set()  # the app waits for its threads

    run_app(drive, "translate", size)
