"""Translate: what a person can do there."""

from __future__ import annotations

import numpy as np
import pytest
from app_helpers import read_line, run_app, type_text, until
from stand_ins import BadInterpreter, Interpreter
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tui.translate.chance_bars import ChanceBars
from tui.translate.command_panel import CommandPanel
from tui.translate.heat_map import HeatMap
from tui.translate.pane import TranslatePane

pytestmark = pytest.mark.usefixtures("models")


async def translate(pilot: Pilot[None], pane: TranslatePane, command: str) -> None:
    """Wait until both sides show the translation of a command that is typed."""
    await until(pilot, lambda: set(pane.translations) == {"left", "right"})
    pane.query_one("#command", Input).value = ""
    await type_text(pilot, command)
    words = tuple(command.split())
    await until(pilot, lambda: {one.command for one in pane.translations.values()} == {words})


async def go_to_map(pilot: Pilot[None], heat_map: HeatMap) -> None:
    """Leave the command line, where letters are typed, and press the key of the map."""
    await pilot.press("tab", "m")
    await until(pilot, lambda: heat_map.has_focus)


def test_two_models_translate_what_is_typed() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await translate(pilot, pane, "walk left")
        assert pane.query_one(CommandPanel).foot.startswith("✓ 2 actions")
        assert read_line(pane, "#grammar").split("  ")[0] == "[walk left]"
        assert read_line(pane, "#actions").split("  ")[0] == "↰W"
        weights = pane.query_one("#left-map", HeatMap).map.weights
        assert weights is not None
        assert weights.shape == (len(pane.translations["left"].steps), 2)
        np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
        assert pane.query_one("#right-map", HeatMap).map.weights is None  # it has no attention
        for side in pane.SIDES:
            chances = pane.query_one(f"#{side}-bars", ChanceBars).chances
            shares = [one.share for one in chances]
            assert shares == sorted(shares, reverse=True)
            assert sum(shares) == pytest.approx(1, abs=1e-4)
            assert [one.said for one in chances] == [True] + [False] * 6  # greedily chosen

    run_app(drive, "translate", (120, 40))


def test_a_right_translation_and_a_wrong_one_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.translate.pane.load_translator", BadInterpreter)

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await translate(pilot, pane, "walk left")
        await until(pilot, lambda: read_line(pane, "#left-said") == "✓ ↰W")
        await until(pilot, lambda: read_line(pane, "#right-said") == "✗ step 2 should be W: ↰")
        assert pane.desk.left.foot == "✓ right · 95.1% · ≠ unlike B · rows locked to B"
        assert pane.desk.right.foot == "✗ wrong · 95.1% · rows locked to A"
        assert not pane.query_one("#left-said").has_class("wrong")
        assert pane.query_one("#right-said").has_class("wrong")
        left, right = (pane.query_one(f"#{side}-map", HeatMap).map.rows for side in pane.SIDES)
        assert [(row.symbol, row.name, row.mark) for row in left] == [
            ("↰", "TURN_LEFT", ""),
            ("W", "WALK", "≠"),
            ("■", "end", "≠"),
        ]
        assert [(row.symbol, row.mark) for row in right] == [("↰", ""), ("■", "✗")]

    run_app(drive, "translate", (120, 40))


def test_keys_and_clicks_move_the_cursor_of_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.translate.pane.load_translator", Interpreter)

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await translate(pilot, pane, "walk left")  # three steps, the end included
        left = pane.query_one("#left-map", HeatMap)
        right = pane.query_one("#right-map", HeatMap)

        def said() -> list[str]:
            bars = pane.query_one("#left-bars", ChanceBars)
            return [one.action for one in bars.chances if one.said]

        await go_to_map(pilot, left)
        await pilot.press("down", "right", "right", "right")
        assert (left.row, left.column) == (1, 1)  # the last of two words
        await until(pilot, lambda: right.row == 1)
        await until(pilot, lambda: said() == ["I_WALK"])
        await pilot.press("down", "down", "down")
        assert left.row == 2
        await pilot.press("ctrl+t")
        assert (left.shown, left.row) == (1, 0)
        await pilot.press("down")
        assert (left.shown, left.row) == (2, 1)
        await until(pilot, lambda: (right.shown, right.row) == (2, 1))
        await pilot.press("ctrl+t")
        assert left.shown is None
        await pilot.click("#left-map", offset=(left._drawn.margin + 1, 1))
        assert (left.row, left.column) == (0, 0)
        await until(pilot, lambda: said() == ["I_TURN_LEFT"])

    run_app(drive, "translate", (120, 40))


def test_what_is_no_command_is_explained_and_not_translated() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await until(pilot, lambda: set(pane.translations) == {"left", "right"})
        before = pane.translations["left"].command
        pane.query_one("#command", Input).value = "turn twice "
        await until(pilot, lambda: "'twice' cannot stand here" in read_line(pane, "#grammar"))
        assert pane.query_one("#grammar", Static).has_class("wrong")
        await pilot.app.workers.wait_for_complete()
        assert pane.translations["left"].command == before

    run_app(drive, "translate")


@pytest.mark.wide
@pytest.mark.parametrize("end", [("down",) * 12, ("right",) * 9, ("down", "right") * 9])
def test_a_cursor_beyond_a_shorter_command_comes_back(
    end: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.translate.pane.load_translator", Interpreter)

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await translate(pilot, pane, "jump around left twice and walk")
        left = pane.query_one("#left-map", HeatMap)
        await go_to_map(pilot, left)
        await pilot.press(*end)
        assert left.row > 2 or left.column > 0
        pane.query_one("#command", Input).focus()
        await translate(pilot, pane, "walk")  # two steps, the end included
        assert (left.row, left.column) == (min(1, left.row), 0)
        assert pane.command == "walk"

    run_app(drive, "translate", (120, 40))
