"""Translate: where a command comes from, and what is seen while it is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from app_helpers import read_line, run_app, type_text, until
from textual.pilot import Pilot

from corpora.scan.grammar import interpret
from tui import state as kept
from tui.translate.command_panel import CommandPanel
from tui.translate.desk import Desk
from tui.translate.heat_map import HeatMap
from tui.translate.pane import TranslatePane
from tui.translate.remembered import COMMAND

pytestmark = pytest.mark.usefixtures("translators")


async def wait_for(pilot: Pilot[None], pane: TranslatePane, command: str) -> None:
    """Wait until both translators have answered a command."""
    words = tuple(command.split())
    await until(
        pilot, lambda: [one.command for one in pane.translations.values()] == [words, words]
    )


def test_at_the_first_visit_an_example_is_translated_by_both() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for(pilot, pane, COMMAND)
        assert pane.command == COMMAND
        assert pane.query_one("#command").has_focus
        assert read_line(pane, "#grammar").split("  ")[0] == (
            "[ [jump around left] twice ] and [walk]"
        )
        actions, *legend = read_line(pane, "#actions").split("   ")
        assert actions == "↰J↰J↰J↰J ↰J↰J↰J↰J W"
        assert "".join(legend).strip() == "↰ left  ↱ right  J jump  W walk  R run  L look"
        assert pane.about == "look · split length"
        left, right = pane.desk.left, pane.desk.right
        assert left.title == "A · look · attention: which words"
        assert right.title == "B · plain · no attention: its cell"
        assert pane.desk.step.title.startswith("Step 1 of 18 · ")

    run_app(drive, "translate", (120, 36))


def test_what_no_longer_belongs_to_the_command_is_dimmed() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for(pilot, pane, COMMAND)
        desk: Desk = pane.desk
        shown = (desk.left, desk.right, desk.step)
        assert not any(panel.stale for panel in shown)
        await type_text(pilot, " wak")
        await until(pilot, lambda: all(panel.stale for panel in shown))
        assert "✗ 'wak' is no word of SCAN: word 7, after 'walk', can be" in read_line(
            pane, "#grammar"
        )
        assert pane.query_one("#grammar").has_class("wrong")
        assert pane.query_one(CommandPanel).foot.startswith("no command")
        assert desk.left.foot == f"of: {COMMAND}"  # where there are no colours
        assert desk.left.heat_map.map.words == COMMAND.split()
        await pilot.press(*["backspace"] * 4)
        await until(pilot, lambda: not any(panel.stale for panel in shown))
        assert desk.left.foot.startswith("✓ right")

    run_app(drive, "translate", (120, 36))


def test_a_beginning_says_what_can_follow() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        pane.query_one("#command").value = "turn "  # type: ignore[attr-defined]
        await until(pilot, lambda: "not yet whole" in pane.query_one(CommandPanel).foot)
        assert read_line(pane, "#grammar") == "… continue with opposite around left right"
        assert not pane.query_one("#actions").display

    run_app(drive, "translate")


def test_arrows_go_through_the_commands_before_and_into_the_map() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        line: Any = pane.query_one("#command")
        await wait_for(pilot, pane, COMMAND)
        await pilot.press("enter")
        for command in ("walk", "run twice"):
            line.value = command
            await pilot.press("enter")
        line.value = "look le"
        for key, shown in (
            ("up", "run twice"), ("up", "walk"), ("up", COMMAND), ("up", COMMAND),
            ("down", "walk"), ("down", "run twice"), ("down", "look le"),
        ):  # fmt: skip
            await pilot.press(key)
            await until(pilot, lambda shown=shown: pane.command == shown)
        await pilot.press("down")
        await until(pilot, lambda: pane.query_one("#left-map").has_focus)
        await pilot.press("up")
        await until(pilot, lambda: line.has_focus)
        assert line.history.commands == [COMMAND, "walk", "run twice"]

    run_app(drive, "translate", (120, 36))


def test_what_was_typed_chosen_and_given_comes_back() -> None:
    async def first(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for(pilot, pane, COMMAND)
        line: Any = pane.query_one("#command")
        await pilot.press("enter", "f8")
        await until(pilot, lambda: pane.command != COMMAND)
        pane.desk.right.model_choice.value = "third"
        pane.desk.beam.stepper.value = 7
        await pilot.press("down")
        await pilot.press("o")
        await until(pilot, lambda: pane.desk.left.what == "output")
        line.value = "walk lef"
        state.update(pane.get_state())
        await pilot.press("ctrl+q")

    async def second(pilot: Pilot[None], pane: TranslatePane) -> None:
        line: Any = pane.query_one("#command")
        assert pane.command == "walk lef"
        assert line.history.commands == state["history"]
        assert len(line.history.commands) == 2
        await until(pilot, lambda: pane.desk.chosen == ["look", "third"])
        assert (pane.desk.beam.width, pane.desk.left.wish) == (7, "output")
        await pilot.press("up")
        drawn = pane.command
        assert drawn == state["history"][-1]
        await pilot.press("f8")  # another one than in the last session
        await until(pilot, lambda: pane.command != drawn)

    state: dict[str, Any] = {}
    run_app(first, "translate", (120, 36))
    run_app(second, "translate", (120, 36))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_random_commands_are_short_and_long_and_always_the_same(size: tuple[int, int]) -> None:
    drawn: list[list[str]] = []

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        drawn.append([])
        for _ in range(12):
            before = pane.command
            await pilot.press("f8")
            await until(pilot, lambda before=before: pane.command != before)
            drawn[-1].append(pane.command)
        await wait_for(pilot, pane, drawn[-1][-1])
        heat_map = pane.query_one("#left-map", HeatMap)
        assert len(heat_map.map.rows) == len(interpret(pane.command)) + 1
        pane.remembered.drawn = 0  # as at the first visit

    run_app(drive, "translate", size)
    assert len({len(command.split()) for command in drawn[0]}) > 3


@pytest.mark.parametrize(
    "damage",
    [
        {"history": 3, "models": [], "width": "x", "findings": [None, {"split": 3}]},
        {"command": 5, "drawn": -1, "wishes": {"left": 3}, "tried": {"A": None}},
        {"models": {"left": 7, "right": "nowhere"}, "width": 0, "history": [1, "walk"]},
        {"wishes": {"left": "nonsense"}, "width": 99_999},
    ],
)
def test_what_was_remembered_may_be_damaged(damage: dict[str, Any]) -> None:
    kept.find_folder().mkdir(parents=True)
    (kept.find_folder() / kept.FILE).write_text(json.dumps({"panes": {"translate": damage}}))

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for(pilot, pane, COMMAND)
        assert pane.desk.chosen == ["look", "plain"]
        assert pane.desk.left.what == "attention"

    run_app(drive, "translate", (120, 36))
