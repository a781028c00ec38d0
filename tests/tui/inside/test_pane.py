"""The pane Inside, driven by keys and the mouse: the map, step by step and unit by unit."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until
from looking_inside import PAGE, SIZE, lines, loaded, run_loaded
from textual.pilot import Pilot

from tui.app import CharlmApp
from tui.inside.unit_map import UnitMap

pytestmark = pytest.mark.usefixtures("page_open")


def test_the_cursor_moves_through_the_text_and_the_units() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert (pane.place, pane.unit_map.place) == (100, 100)
        await pilot.press("right", "right", "left", "down")
        await until(pilot, lambda: pane.get_lines("step").lines.draw(60).plain)
        assert pane.place == 101
        assert pane.choices.unit == pane.unit_map.units[pane.unit_map.units.index(pane.chosen[1])]
        await pilot.press("end")
        await until(pilot, lambda: pane.sight.end == len(PAGE) and pane.place == len(PAGE) - 1)
        await pilot.press("home")
        await until(pilot, lambda: pane.sight.start == 0 and pane.place == 0)
        await until(pilot, lambda: "c = f·c + i·g" in lines(pane, "step"))

    run_loaded(drive)


def test_keys_choose_layer_field_and_order() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pane.choices.layer = 0
        for key, field in zip(
            "chifog", ["cell", "hidden", "input", "forget", "output", "candidate"], strict=True
        ):
            await pilot.press(key)
            await until(pilot, lambda field=field: pane.unit_map.quantity == field)
        title = str(pane.query_one("#units").border_title)
        assert "candidate g" in title
        assert "layer 1 of 2" in title
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: pane.unit_map.depth == 1)
        await pilot.press("right_square_bracket", "left_square_bracket")
        await until(pilot, lambda: pane.unit_map.depth == 0)
        await pilot.press("s")
        await until(pilot, lambda: list(pane.unit_map.units) == list(range(12)))

    run_loaded(drive)


def test_a_unit_of_the_model_before_is_not_looked_at() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        before = pane.chosen
        # Moved while a model with more units was there, and handled after it.
        pane.unit_map.post_message(UnitMap.Moved(pane.place + 1, 12))
        await pilot.pause()
        assert pane.chosen == before
        place = pane.place
        await pilot.press("right")
        await until(pilot, lambda: pane.place == place + 1)

    run_loaded(drive)


def test_layers_and_memory_are_measured() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        shown = lines(pane, "layers")
        assert "nats lost" in shown
        assert all(f"{loss.increase:.2f}" in shown for loss in pane.losses)
        assert "f " in shown
        memory = lines(pane, "memory")
        assert "in characters" in memory
        assert "W_hh" in memory
        assert "near in the embedding" in memory

    run_loaded(drive)


def test_escape_stops_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from tui.inside import characters

    def slow(*args: Any, progress: Any, **options: Any) -> Any:
        for _ in range(3000):
            time.sleep(0.01)
            progress(1)

    monkeypatch.setattr(characters, "measure_losses", slow)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        panel = pane.get_panel("layers")
        await until(pilot, lambda: "silencing" in str(panel.border_subtitle))
        await pilot.press("escape")
        await until(pilot, lambda: panel.work is None)
        await asyncio.sleep(0.05)
        assert pane.losses is None
        assert not pilot.app._notifications

    run_app(drive, "inside", SIZE)


def test_clicks_choose_steps_units_and_layers() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        shown = pane.unit_map
        place, unit = shown.columns.left + 3, shown.units[shown.top + 2]
        await pilot.click(shown, (shown.margin + 6, 3))
        await until(pilot, lambda: pane.chosen[1] == unit)
        assert pane.place == place
        place = shown.columns.left
        await pilot.click(shown, (shown.margin, 0))
        await until(pilot, lambda: pane.place == place)

    run_loaded(drive)


@pytest.mark.wide(2)
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36), (200, 60), (20, 5)])
def test_every_size_can_be_used(size: tuple[int, int]) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await pilot.press("right", "down", "]", "h", "alt+2", "alt+5", "alt+7")
        pilot.app.screen.query_one("#units").focus()
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert pane.sight is not None

    run_loaded(drive, size)


def test_damaged_state_is_no_matter() -> None:
    damaged = {
        "layer": -3, "unit": "x", "quantity": 5, "order": [], "pins": [["a"], [1, 2, 3], 7,
        ["built", 99, 99]], "pattern": None, "value": 4, "feature": {},
    }  # fmt: skip

    async def run() -> None:
        app = CharlmApp()
        app.state.pane = app.active = "inside"
        app.state.panes["inside"] = damaged
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.pane is not None)
            await loaded(pilot, app.pane)

    asyncio.run(run())


@pytest.mark.wide
@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_map_is_saved_as_a_picture(form: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: pilot.app.screen.query(f"#{form}"))
        await pilot.click(f"#{form}")
        await until(pilot, lambda: pilot.app.screen.query("Ask Input"))
        await pilot.press("enter")
        await until(pilot, lambda: Path(f"inside-1-cell.{form}").exists())

    run_loaded(drive)
    begins = {"png": b"\x89PNG", "svg": b"<?xml"}[form]
    assert Path(f"inside-1-cell.{form}").read_bytes().startswith(begins)


def test_without_colours_signs_and_the_cursor_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        rows = [pane.unit_map.render_line(y) for y in range(1, 13)]
        assert any("\N{MINUS SIGN}" in row.text for row in rows)
        assert sum(row.text.startswith("▸") for row in rows) == 1
        assert any(one.style and one.style.reverse for row in rows for one in row)

    run_loaded(drive)
