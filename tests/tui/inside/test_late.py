"""What Inside does with what comes late: of a text that was replaced, of a cursor that went on."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from app_helpers import run_app, until
from hand_built import quoted_text
from textual.pilot import Pilot

from tui.app import CharlmApp
from tui.inside import opening
from tui.inside.characters import CharacterText
from tui.inside.hold_panel import HINT
from tui.inside.pane import InsidePane
from tui.inside.unit_map import UnitMap
from tui.reading import Reading

LONG = quoted_text(2400)
OTHER = "fed a bad cab "
Readings = list[Reading | None]


class Gate:
    """Has threads wait, each for at most ten seconds: a test that fails leaves none behind."""

    def __init__(self) -> None:
        self.reached, self.opened = Event(), Event()

    def wait(self) -> None:
        """Wait until the gate is open; called by a thread."""
        self.reached.set()
        self.opened.wait(10)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


def read(readings: Readings, text: str, position: int = 0, model: str = "built") -> None:
    readings.append(Reading("charlm", model, text, position))


def hold_opening(monkeypatch: pytest.MonkeyPatch, gate: Gate) -> None:
    """Have the other text wait before it is opened."""
    open_subject = opening.open_subject

    def wait(reading: Reading, model: Any) -> Any:
        if reading.text == OTHER:
            gate.wait()
        return open_subject(reading, model)

    monkeypatch.setattr(opening, "open_subject", wait)


async def opened(pilot: Pilot[None], pane: Any, text: str) -> None:
    await until(pilot, lambda: pane.is_current and pane.opened.text == text)


@pytest.mark.parametrize("key", ["end", "right"])
def test_a_cursor_that_moves_while_another_text_is_opened_does_not_end_that(
    readings: Readings, monkeypatch: pytest.MonkeyPatch, gate: Gate, key: str
) -> None:
    hold_opening(monkeypatch, gate)
    told: list[InsidePane.Moved] = []
    monkeypatch.setattr(CharlmApp, "on_inside_pane_moved", lambda app, event: told.append(event))
    read(readings, LONG, 100)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await opened(pilot, pane, LONG)
        read(readings, OTHER, 3)
        await until(pilot, gate.reached.is_set)
        await pilot.press(key)
        await until(pilot, lambda: pane.place > 100)
        assert pane.place < pane.sight.end < len(LONG)  # it stays in what was read
        assert pane.unit_map.place == pane.place
        assert pane.get_panel("units").stale
        gate.opened.set()
        await opened(pilot, pane, OTHER)
        assert pane.place == 3
        assert pane.sight.total == len(OTHER)
        assert not pane.get_panel("units").stale
        assert not told  # a place of the older text is none of the other pane's text

    run_app(drive, "inside", (120, 36))


def test_the_other_pane_moves_its_cursor_while_its_text_is_opened(
    readings: Readings, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    hold_opening(monkeypatch, gate)
    read(readings, LONG, 100)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await opened(pilot, pane, LONG)
        read(readings, OTHER, 3)
        await until(pilot, gate.reached.is_set)
        read(readings, OTHER, 9)
        await until(pilot, lambda: pane.reading.position == 9)
        gate.opened.set()
        await opened(pilot, pane, OTHER)
        assert pane.place == 9

    run_app(drive, "inside", (120, 36))


@pytest.mark.parametrize("method", ["gather", "measure_layers"])
def test_what_is_found_late_does_not_hide_why_the_next_text_cannot_be_read(
    readings: Readings, monkeypatch: pytest.MonkeyPatch, gate: Gate, method: str
) -> None:
    work = getattr(CharacterText, method)

    def wait(subject: Any, place: int, progress: Any) -> Any:
        found = work(subject, place, lambda count: None)
        gate.wait()
        return found

    monkeypatch.setattr(CharacterText, method, wait)
    read(readings, LONG, 100)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, gate.reached.is_set)
        losses = pane.losses
        read(readings, LONG, 100, "gone")
        trouble = pane.query_one("#trouble")
        await until(pilot, lambda: "no model 'gone'" in str(trouble.content))
        gate.opened.set()
        await until(pilot, lambda: not any(one.is_running for one in pilot.app.workers))
        await pilot.press("right_square_bracket", "s", "right")
        await until(pilot, lambda: pane.place == 101)
        assert trouble.display
        assert "no model 'gone'" in str(trouble.content)
        assert pane.losses is losses
        assert all(pane.get_panel(name).stale for name in ("units", "card", "layers", "find"))
        assert all(pane.get_panel(name).work is None for name in ("card", "layers", "find"))

    run_app(drive, "inside", (120, 36))


def test_a_cursor_that_turns_back_while_it_is_read_on_is_seen(
    readings: Readings, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    look = CharacterText.look

    def wait(subject: Any, place: int, progress: Any) -> Any:
        if place == len(LONG) - 1:
            gate.wait()
        return look(subject, place, progress)

    monkeypatch.setattr(CharacterText, "look", wait)
    read(readings, LONG, 100)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await opened(pilot, pane, LONG)
        await pilot.press("end")
        await until(pilot, gate.reached.is_set)
        await pilot.press("home")
        await until(pilot, lambda: pane.place == 0)
        gate.opened.set()
        await until(pilot, lambda: not any(one.is_running for one in pilot.app.workers))
        await until(pilot, lambda: pane.sight.start <= pane.place < pane.sight.end)
        assert pane.place == pane.query_one(UnitMap).place == 0

    run_app(drive, "inside", (120, 36))


def test_what_was_written_on_from_another_text_is_forgotten(readings: Readings) -> None:
    read(readings, LONG, 100)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await opened(pilot, pane, LONG)
        hold = pane.query_one("#hold")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: hold.free)
        await pilot.press("ctrl+r")
        read(readings, OTHER, 3)
        await opened(pilot, pane, OTHER)
        assert not pane.writing
        assert not hold.free
        assert not hold.foot
        assert str(pane.query_one("#hold-text").content) == HINT

    run_app(drive, "inside", (120, 36))
