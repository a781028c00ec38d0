"""Translate in its states, at four sizes, dark and light, looks like the pictures that are kept."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest
from app_helpers import until
from stand_ins import BadInterpreter
from states import MINUTE, Look, Size, list_states, name_states
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from corpora.scan.splits import SPLITS
from tui.translate.pane import TranslatePane

pytestmark = pytest.mark.usefixtures("translators", "small_splits")


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


STATES = name_states(show_first, show_finished, show_working, show_error)


@pytest.fixture(autouse=True)
def standing(state: str, going: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the state "working", have work that waits after two splits for the event."""
    translated = BadInterpreter.actions

    def wait(self: BadInterpreter, commands: Iterable[str]) -> list[tuple[str, ...]]:
        tried.append(1)
        if len(tried) > 4:
            going.wait(MINUTE)
        return translated(self, commands)

    tried: list[int] = []
    if state == "working":
        monkeypatch.setattr(BadInterpreter, "actions", wait)


@list_states(STATES)
def test_the_pane_looks_as_it_did(state: str, size: Size, theme: str, look: Look) -> None:
    look("translate", state, STATES[state], size, theme)
