"""Translate: two maps with the same rows, of words or of units, and what is saved of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from app_helpers import read_line, run_app, until, wait_for_note
from contrasts import contrast
from stand_ins import BadInterpreter
from textual.pilot import Pilot
from textual.widgets import Input, Static

from charlm.runs.registry import TRANSLATOR
from tui.reading import Reading
from tui.screens import Ask, Choose
from tui.translate.chance_bars import ChanceBars
from tui.translate.desk import Desk
from tui.translate.pane import TranslatePane

pytestmark = pytest.mark.usefixtures("translators")

LONG = "jump around left thrice and walk around right thrice"


async def show(pilot: Pilot[None], pane: TranslatePane, command: str = LONG) -> Desk:
    """Wait until both sides show a command, and B its units; go to the map of A."""
    desk: Desk = pane.desk
    pane.query_one("#command", Input).value = command
    await until(
        pilot, lambda: [one.answer and one.answer.command for one in desk.sides] == [command] * 2
    )
    await until(pilot, lambda: desk.right.answer and desk.right.answer.trace)
    await pilot.press("down")
    await until(pilot, lambda: desk.left.heat_map.has_focus)
    return desk


def test_the_rows_of_both_maps_are_locked() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        desk = await show(pilot, pane)
        left, right = desk.left.heat_map, desk.right.heat_map
        assert (len(left.map.rows), len(right.map.rows)) == (49, 48)
        assert "rows locked to B" in desk.left.foot
        await pilot.press("pagedown", "pagedown", "pagedown")
        await until(pilot, lambda: (left.row, right.row) == (30, 30))
        assert left.scroll_offset.y == right.scroll_offset.y > 0
        await pilot.press("end")
        await until(pilot, lambda: (left.row, right.row) == (48, 47))
        await pilot.press("home")
        await until(pilot, lambda: (left.scroll_offset.y, right.scroll_offset.y) == (0, 0))
        left.scroll_to(y=9, animate=False)  # as by the wheel
        await until(pilot, lambda: right.scroll_offset.y == 9)
        assert (left.row, right.row) == (0, 0)

    run_app(drive, "translate", (120, 36))


def test_a_difference_is_marked_and_found_by_a_key() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        desk = await show(pilot, pane, "walk left twice")
        marks = [[row.mark for row in side.heat_map.map.rows] for side in desk.sides]
        assert marks == [["", "", "", "≠", "≠"], ["", "", "", "✗"]]
        assert read_line(pane, "#right-said") == "✗ step 4 should be W: ↰W↰"
        await pilot.press("n")
        assert desk.left.heat_map.row == 3
        await pilot.press("n", "n")
        assert desk.left.heat_map.row == 4
        await pilot.press("N", "N")
        assert desk.left.heat_map.row == 3

    run_app(drive, "translate", (120, 36))


def test_a_translator_without_attention_shows_its_units() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        desk = await show(pilot, pane, "walk left")
        right = desk.right
        states = right.heat_map.map.states
        assert states is not None
        assert (states.field, states.signed, len(states.names)) == ("cell", True, 40)
        assert right.title == "B · plain · no attention: its cell"
        right.heat_map.focus()
        for key, field, signed in (("h", "hidden", True), ("f", "forget", False)):
            await pilot.press(key)
            await until(pilot, lambda field=field: right.title.endswith(f"its {field}"))
            found = right.heat_map.map.states
            assert found is not None
            assert (found.field, found.signed) == (field, signed)
            assert right.what_choice.chosen == field
            # Those that move most come first.
            moved = np.abs(np.diff(found.values, axis=0)).mean(0)
            assert (np.diff(moved) <= 1e-6).all()
        await pilot.press("a")
        note = await wait_for_note(pilot)
        assert note.message == "B has no attention to show"
        await pilot.press("right", "down")
        assert (right.heat_map.row, right.heat_map.column) == (1, 1)
        assert desk.left.heat_map.row == 1
        assert pane.get_reading() == Reading(TRANSLATOR, "plain", "walk left", 1)

    run_app(drive, "translate", (120, 36))


def test_one_with_attention_shows_its_units_as_well() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        desk = await show(pilot, pane, "walk left")
        assert pane.get_reading() == Reading(TRANSLATOR, "look", "walk left", 0)
        await pilot.press("g")
        await until(pilot, lambda: desk.left.title == "A · look · candidate of its units")
        await until(pilot, lambda: desk.left.heat_map.map.states is not None)
        desk.left.what_choice.value = "attention"
        await until(pilot, lambda: desk.left.heat_map.map.states is None)
        assert desk.left.title == "A · look · attention: which words"

    run_app(drive, "translate", (120, 36))


def test_step_by_step_does_not_tell_what_is_wrong_before() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        desk = await show(pilot, pane, "walk left")
        said = desk.right.query_one("#right-said", Static)
        assert said.display
        await pilot.press("ctrl+t")
        await until(pilot, lambda: desk.right.heat_map.shown == 1)
        assert not said.display
        await pilot.press("escape")
        await until(pilot, lambda: desk.left.heat_map.shown is None)
        assert said.display
        await pilot.press("escape")
        await until(pilot, lambda: pane.query_one("#command").has_focus)

    run_app(drive, "translate", (120, 36))


def test_candidates_stand_on_one_logarithmic_scale() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await show(pilot, pane, "walk left")
        left, right = (pane.query_one(f"#{side}-bars", ChanceBars) for side in pane.SIDES)
        assert left.floor == right.floor == -3
        line = left.render_line(1).text
        assert line.split()[:4] == ["▸", "↰", "TURN_LEFT", "88%"]
        assert "2.0%" in left.render_line(2).text
        full, some = (left.render_line(y).text.count("█") for y in (1, 2))
        assert 0 < some < full < 3 * some  # 44 times as likely, but the scale is logarithmic

    run_app(drive, "translate", (200, 60))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord", "solarized-light"])
def test_the_marked_cell_can_be_read(theme: str) -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        pilot.app.theme = theme
        desk = await show(pilot, pane, "walk left")
        await pilot.pause(0.3)
        heat_map = desk.left.heat_map
        look = heat_map._look()
        for style in (look.mark, *look.scale):
            assert style.color is not None
            assert style.bgcolor is not None
            pair = [one.get_truecolor().hex for one in (style.color, style.bgcolor)]
            assert contrast(*pair) >= 4.5
        assert "▐70▌" in heat_map.render_line(1).text  # seen without colours, too

    run_app(drive, "translate", (120, 36))


@pytest.mark.parametrize(
    ("suffix", "what"),
    [("png", "attention"), ("txt", "attention"), ("txt", "cell"), ("png", "cell")],
)
def test_a_map_is_saved(suffix: str, what: str) -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        desk = await show(pilot, pane, "walk left")
        if what == "cell":
            desk.right.heat_map.focus()
            await until(pilot, lambda: desk.used is desk.right)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await pilot.click(f"#{suffix}")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        assert pilot.app.screen.query_one(Input).value == f"walk_left.{suffix}"
        await pilot.press("enter")
        note = await wait_for_note(pilot)
        assert note.message == f"written: walk_left.{suffix}"

    run_app(drive, "translate", (120, 36))
    data = Path(f"walk_left.{suffix}").read_bytes()
    if suffix == "png":
        assert data.startswith(b"\x89PNG")
        return
    lines = data.decode().splitlines()
    assert lines[0] == "walk left"
    if what == "attention":
        assert lines[1] == "look: right, probability 95.1%"
        assert any("I_TURN_LEFT" in line and "70" in line for line in lines)
    else:
        assert lines[1] == "plain: wrong, probability 95.1%"
        assert any("cell of 30 units" in line for line in lines)


def test_the_other_translator_comes_goes_and_changes() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        desk = await show(pilot, pane, "walk left")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: desk.right.model_choice.expanded)
        await pilot.press("down", "enter")
        await until(pilot, lambda: pane.translations and desk.chosen == ["look", "third"])
        await until(pilot, lambda: desk.right.answer and desk.right.answer.model == "third")
        desk.right.model_choice.clear()
        await until(pilot, lambda: desk.sides == [desk.left])
        assert not desk.right.display
        await until(pilot, lambda: "locked" not in desk.left.foot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: len(desk.sides) == 2)
        await until(pilot, lambda: desk.chosen == ["look", "plain"])

    run_app(drive, "translate", (120, 36))


def test_what_breaks_inside_is_one_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: BadInterpreter, command: str) -> None:
        raise ValueError("no inside")

    monkeypatch.setattr(BadInterpreter, "look_inside", fail)

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        note = await wait_for_note(pilot)
        assert "no inside" in note.message
        await until(pilot, lambda: len(pane.translations) == 2)
        assert pane.desk.right.work is None

    run_app(drive, "translate", (120, 36))
