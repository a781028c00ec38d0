"""One unit in Inside: what it does, what finds it, pins, and a text written while it is held."""

from __future__ import annotations

from typing import Any

import pytest
from app_helpers import until
from hand_built import COUNTER, QUOTE
from looking_inside import PAGE, lines, run_loaded
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tui.inside.cards import name_long

pytestmark = pytest.mark.usefixtures("page_open")


def test_the_card_says_what_the_quote_unit_does() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert pane.chosen == QUOTE  # the first visit begins with what follows quotes best
        card = lines(pane, "card")
        assert "high in" in card
        assert "low in" in card
        assert "quotes" in card.split("goes with")[1].split("\n")[0]
        assert "pushes" in card
        assert "Unit 003 · layer 1" in pane.get_panel("card").title

    run_loaded(drive)


def test_a_pinned_unit_stays_in_the_step_and_in_the_state() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        first = pane.unit_map.units[0] == QUOTE[1]
        await pilot.press("p", "down" if first else "up")
        await until(pilot, lambda: pane.chosen != QUOTE)
        await until(pilot, lambda: name_long(QUOTE) in lines(pane, "step"))
        assert pane.choices.pins == [("built", *QUOTE)]
        pilot.app.save_state()

    app = run_loaded(drive)
    assert app.state.get_pane("inside")["pins"] == [["built", *QUOTE]]

    async def again(pilot: Pilot[None], pane: Any) -> None:
        assert pane.choices.pins == [("built", *QUOTE)]
        assert pane.chosen != QUOTE  # the last one chosen

    run_loaded(again)


def test_a_feature_or_a_pattern_finds_units() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        find = pane.query_one("#find")
        find.query_one("#feature").word = "line"
        await until(pilot, lambda: find.ranking.name == "line")
        assert find.ranking.fits[0].unit == COUNTER
        find.query_one("#ranking", OptionList).focus()
        await pilot.press("home", "enter")
        await until(pilot, lambda: pane.chosen == COUNTER)
        await pilot.press("slash")
        await until(pilot, lambda: find.query_one("#pattern", Input).has_focus)
        await pilot.press(*"a=ab", "enter")
        await until(pilot, lambda: find.ranking.name == "a")
        assert len(find.ranking.fits) == 24
        await pilot.press("backspace", *"(", "enter")
        await until(pilot, lambda: find.ranking is None)
        assert "regular expression" in str(find.query_one("#found").content)
        await pilot.press("escape")
        await until(pilot, lambda: pane.unit_map.has_focus)
        pilot.app.save_state()

    app = run_loaded(drive)
    assert app.state.get_pane("inside")["pattern"] == "a=a("


def test_a_unit_is_held_and_the_text_goes_on_twice() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        hold = pane.query_one("#hold")
        hold.field.value = "9"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(hold.free) == 160)
        assert hold.free == pane.subject.model.generate(
            PAGE[:101], length=160, temperature=0.7, seed=1
        )
        assert len(hold.held) == 160
        assert hold.value_of == f"held 1.{QUOTE[1]}.cell=9"
        hold.field.focus()
        await pilot.press("up")
        assert hold.field.value == "9.5"
        await until(pilot, lambda: pane.choices.value == "9.5")
        pilot.app.save_state()

    app = run_loaded(drive)
    assert app.state.get_pane("inside")["value"] == "9.5"


@pytest.mark.wide(2)
@pytest.mark.parametrize("typed", ["", "-", ".", "nan", "9" * 12, "1e12"])
def test_what_cannot_be_held_is_said(typed: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pane.query_one("#hold").field.value = typed
        await pilot.press("ctrl+r")
        await until(pilot, lambda: pilot.app._notifications)
        assert not pane.writing

    run_loaded(drive)
