"""What Inside looks at: the text of another pane, an example, or what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
from app_helpers import run_app, until
from looking_inside import PAGE, SIZE, Readings, read, run_loaded
from textual.pilot import Pilot

from tui.reading import Reading


def test_without_a_text_there_is_an_example(readings: Readings) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert "an example" in pane.about
        assert "unknown left out" in pane.about  # the model built by hand knows 12 characters
        assert pane.unit_map.has_focus

    run_loaded(drive)


def test_it_follows_the_text_of_another_pane(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        read(readings, position=120)
        await until(pilot, lambda: pane.place == 120)
        read(readings, PAGE + "abc", 902)
        await until(pilot, lambda: pane.sight.total == 903 and pane.place == 902)
        read(readings, "fed a bad cab ", 3)
        await until(pilot, lambda: pane.sight.total == 14)
        await until(pilot, lambda: not pane.get_panel("card").stale)
        await pilot.press("f8")
        await until(pilot, lambda: "an example" in pane.about)
        await pilot.press("f8")
        await until(pilot, lambda: "the text of Generate" in pane.about)

    run_loaded(drive)


@pytest.mark.usefixtures("models")
def test_its_cursor_moves_the_one_of_the_other_pane() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None and not pane.desk.busy)
        await until(pilot, lambda: len(pane.desk.view.text) > 200)
        pane.desk.view.cursor = 120
        await pilot.press("f6")
        await until(pilot, lambda: pilot.app.focused in pilot.app.query("UnitMap"))
        inside: Any = await pilot.app.get_pane("inside")  # type: ignore[attr-defined]
        await until(pilot, lambda: inside.sight is not None and inside.place == 120)
        await pilot.press(*["right"] * 6, "left")
        await until(pilot, lambda: pane.desk.view.cursor == 125)
        assert inside.place == 125
        await until(pilot, lambda: not inside._sent)
        pane.desk.view.cursor = 90
        await until(pilot, lambda: inside.place == 90)

    run_app(drive, "generate", (120, 36))


def test_a_text_that_cannot_be_read_is_said(readings: Readings) -> None:
    read(readings, "ÄÖÜ", 0)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        trouble = pane.query_one("#trouble")
        await until(pilot, lambda: "no character" in str(trouble.content))
        assert trouble.display
        read(readings)
        await until(pilot, lambda: pane.sight is not None)
        await until(pilot, lambda: not trouble.display)
        readings.append(Reading("charlm", "gone", PAGE, 0))
        await until(pilot, lambda: "no model 'gone'" in str(trouble.content))
        assert pane.get_panel("units").stale

    run_app(drive, "inside", SIZE)
