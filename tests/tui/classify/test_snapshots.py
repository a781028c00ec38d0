"""Classify in its states, at four sizes and in two themes, looks like the pictures that are kept.

Every text of a picture has enough contrast.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until
from states import Compare, Size, list_states, name_picture, name_states
from test_no_color import find_contrasts
from textual.pilot import Pilot

from tui.classify.opened import OpenedFile
from tui.classify.pane import ClassifyPane
from tui.widgets.panel import Panel
from tui.widgets.work import Work

LEAST_CONTRAST = 4.5


async def settle(pilot: Pilot[None], pane: ClassifyPane) -> None:
    """Wait until the review that is shown is read."""
    await until(
        pilot,
        lambda: (
            pane.curve.curve is not None
            and not any(panel.stale for panel in pane.query(Panel))
            and pane.panel.text.spans
        ),
    )


async def show_first(pilot: Pilot[None], pane: ClassifyPane) -> None:
    await settle(pilot, pane)


async def show_finished(pilot: Pilot[None], pane: ClassifyPane) -> None:
    await pilot.press("ctrl+l")
    pane.open_file("mine.csv")
    table = pane.reviews.opened
    await until(pilot, lambda: len(table.results) == 5)
    await until(pilot, lambda: all(row.other is not None for row in table.results))
    await until(pilot, lambda: pane.reviews.work is None)
    table.focus()
    await pilot.press("s", "s", "s", "s", "home", "down")
    await settle(pilot, pane)
    await until(pilot, lambda: pane.verdict.second is not None)


async def show_working(pilot: Pilot[None], pane: ClassifyPane) -> None:
    await settle(pilot, pane)
    Path("many.txt").write_text("".join(f"a superb film {number}\n" for number in range(96)))
    reader = pane.classifiers.get("reviews")
    classify = type(reader).classify

    def stop_later(self: Any, texts: list[str]) -> Any:
        return classify(self, [*texts, "wait"] if "64" in texts[0] else texts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(reader), "classify", stop_later)
        reader.gate.clear()
        pane.open_file("many.txt")
        table = pane.reviews.opened
        await until(pilot, lambda: len(table.results) == 64)
        await until(pilot, lambda: "64" in str(pane.reviews.title))
        table.focus()
        await pilot.pause()


async def show_error(pilot: Pilot[None], pane: ClassifyPane) -> None:
    await settle(pilot, pane)
    pane.open_file("nowhere.csv")
    await until(pilot, lambda: len(pilot.app._notifications) == 1)
    await until(pilot, lambda: pane.reviews.work is None)


STATES = name_states(show_first, show_finished, show_working, show_error)


@pytest.fixture(autouse=True)
def frozen(two: Any, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing on the screen depend on the time."""

    def work() -> Work:
        times = chain([0.0], repeat(3.05))
        return Work(partial(next, times))

    monkeypatch.setattr("tui.widgets.panel.Work", work)
    monkeypatch.setattr(OpenedFile, "speed", 38.0)


@list_states(STATES)
def test_the_pane_looks_as_it_did(
    state: str, size: Size, theme: str, compare: Compare, two: Any
) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        pilot.app.theme = theme
        pane.panel.own.cursor_blink = False
        try:
            await STATES[state](pilot, pane)
            await compare(pilot, f"classify-{name_picture(state, size, theme)}")
            found = find_contrasts(pilot.app.export_screenshot(title="charlm"))
            weak = {text: much for text, much in found.items() if much < LEAST_CONTRAST}
            assert weak == {}
        finally:
            two.readers["reviews"].gate.set()

    run_app(drive, "classify", size)
