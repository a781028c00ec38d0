"""Driving the pane Inside in tests: a text that another pane has open, and what it says of it."""

from __future__ import annotations

from typing import Any

from app_helpers import Drive, run_app, until
from hand_built import quoted_text
from textual.pilot import Pilot

from tui.app import CharlmApp
from tui.reading import Reading

PAGE = quoted_text(900)
SIZE = (120, 36)
Readings = list[Reading | None]


def read(readings: Readings, text: str = PAGE, position: int = 100) -> None:
    """Have another pane open a text of the model built by hand."""
    readings.append(Reading("charlm", "built", text, position))


async def loaded(pilot: Pilot[None], pane: Any) -> None:
    """Wait until all that is computed of the text is there."""
    await until(pilot, lambda: pane.findings and pane.losses is not None)
    await until(pilot, lambda: pane.query_one("#find").ranking)


def run_loaded(drive: Drive, size: tuple[int, int] = SIZE) -> CharlmApp:
    """Open the app at Inside, and drive it when all that is computed of the text is there."""

    async def drive_loaded(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        await drive(pilot, pane)

    return run_app(drive_loaded, "inside", size)


def lines(pane: Any, name: str) -> str:
    """Return what a panel says."""
    drawn = pane.get_lines(name).lines
    return str(drawn.draw(60).plain)
