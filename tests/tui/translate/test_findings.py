"""Translate: a beam of translations, where the translators break, and narrow windows."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import pytest
from app_helpers import run_app, until, wait_for_note
from stand_ins import BadInterpreter
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from corpora.scan.grammar import interpret
from corpora.scan.splits import SPLITS
from tui.translate.beam_panel import BeamPanel
from tui.translate.break_panel import BreakPanel
from tui.translate.pane import TranslatePane
from tui.translate.remembered import COMMAND

pytestmark = pytest.mark.usefixtures("translators", "small_splits")


async def wait_for_answers(pilot: Pilot[None], pane: TranslatePane) -> None:
    await until(pilot, lambda: len(pane.translations) == len(pane.desk.sides) == 2)


def read_rows(panel: BeamPanel | BreakPanel) -> list[list[str]]:
    table: DataTable[Any] = panel.query_one(DataTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def test_a_beam_shows_what_else_is_probable() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for_answers(pilot, pane)
        pane.query_one("#command", Input).value = "walk left twice"
        beam: BeamPanel = pane.desk.beam
        assert not beam.display
        await pilot.press("down", "b")
        await until(pilot, lambda: beam.display and beam.stepper.has_focus)
        assert not pane.desk.step.display  # there is no room for both
        await until(pilot, lambda: len(read_rows(beam)) == 5)
        assert read_rows(beam)[:2] == [
            ["1", "-0.0500", "95%", "✓", "↰W↰W"],
            ["2", "-4.05", "1.7%", "✗", "↰W↰"],
        ]
        assert beam.title == "Beam · A look · 5 found"
        assert beam.foot == "the right one is number 1"
        await pilot.press("left", "left")
        await until(pilot, lambda: len(read_rows(beam)) == 3)
        await pilot.press("2", "0")
        await until(pilot, lambda: beam.width == 20)
        pane.desk.right.heat_map.focus()
        await until(pilot, lambda: beam.title == "Beam · B plain · 4 found")
        assert beam.foot == "the right one is not found"
        await pilot.press("b")
        await until(pilot, lambda: pane.desk.step.display and not beam.display)
        assert pane.desk.right.heat_map.has_focus

    run_app(drive, "translate", (120, 36))


def test_in_a_wide_window_everything_stands_side_by_side() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for_answers(pilot, pane)
        desk = pane.desk
        assert all(panel.display for panel in desk.panels)
        await until(pilot, lambda: len(read_rows(desk.beam)) == 5)
        bottoms = {panel.region.bottom for panel in (desk.left, desk.right, desk.breaks)}
        assert bottoms == {59}

    run_app(drive, "translate", (200, 60))


def test_splits_are_tried_and_a_command_that_goes_wrong_can_be_looked_at() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for_answers(pilot, pane)
        panel: BreakPanel = pane.desk.breaks
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(panel.findings) == len(SPLITS) and not pane.tries)
        rows = read_rows(panel)
        assert [row[0] for row in rows] == ["simple*", *list(SPLITS)[1:]]
        assert {tuple(row[1:3]) for row in rows} == {("100%", "0%")}  # B leaves out the last action
        assert all(row[3].startswith("B ✗ ") for row in rows)
        assert panel.title == "Where does it break? · A look · B plain"
        assert panel.foot == (
            "enter puts it above · 10 commands of each · * a draw, not the official one"
        )
        panel.query_one(DataTable).focus()
        await pilot.press("down", "enter")
        wrong = panel.findings[1].failing["B"]
        await until(pilot, lambda: pane.command == wrong)
        await until(pilot, lambda: pane.translations["right"].command == tuple(wrong.split()))
        assert pane.translations["right"].actions != interpret(wrong)
        assert pane.desk.command_panel.line.history.commands[-1] == wrong
        assert not panel.stale
        pane.desk.right.model_choice.value = "third"
        await until(pilot, lambda: panel.stale)  # it was another one that was tried
        await pilot.press("ctrl+q")

    async def again(pilot: Pilot[None], pane: TranslatePane) -> None:
        panel: BreakPanel = pane.desk.breaks
        assert [row[0] for row in read_rows(panel)] == ["simple*", *list(SPLITS)[1:]]
        await wait_for_answers(pilot, pane)
        await until(pilot, lambda: panel.stale)

    run_app(drive, "translate", (120, 36))
    run_app(again, "translate", (120, 36))


@pytest.mark.parametrize("key", ["escape", "ctrl+r"])
def test_trying_shows_how_far_it_is_and_can_be_stopped(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = threading.Event()

    def wait(self: BadInterpreter, commands: Iterable[str]) -> list[tuple[str, ...]]:
        if pane_of[0].desk.breaks.findings:
            going.wait(20)
        return [self.interpret(command) for command in commands]

    pane_of: list[TranslatePane] = []
    monkeypatch.setattr(BadInterpreter, "actions", wait)

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        pane_of.append(pane)
        await wait_for_answers(pilot, pane)
        panel: BreakPanel = pane.desk.breaks
        assert "enter here, tries 200 test commands" in str(panel.query_one("#break-hint").content)  # type: ignore[attr-defined]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: panel.findings and pane.tries)
        work = panel.work
        assert work is not None
        await until(pilot, lambda: work.done)
        assert work.total == len(SPLITS) * 10 * 2
        await pilot.press(key)
        await until(pilot, lambda: not pane.tries)
        found = len(panel.findings)
        assert panel.work is None
        going.set()
        await pilot.pause(0.3)
        assert len(panel.findings) == found < len(SPLITS)
        assert not pilot.app._notifications

    run_app(drive, "translate", (120, 36))


def test_an_error_while_trying_is_one_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: BadInterpreter, commands: Iterable[str]) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(BadInterpreter, "actions", fail)

    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for_answers(pilot, pane)
        await pilot.press("ctrl+r")
        assert "broken" in (await wait_for_note(pilot)).message
        await until(pilot, lambda: not pane.tries and pane.desk.breaks.work is None)

    run_app(drive, "translate", (120, 36))


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
def test_a_narrow_window_has_tabs_below_the_map(size: tuple[int, int]) -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await wait_for_answers(pilot, pane)
        desk = pane.desk
        assert desk.tabbed
        assert desk.command_panel.region.bottom == desk.left.region.y
        assert desk.left.region.width == size[0]
        assert [panel.tab for panel in desk.asides] == ["B", "Step", "Beam", "Breaks"]
        for number, panel in enumerate(desk.asides, 1):
            await pilot.press(f"alt+{number}")
            await until(pilot, lambda panel=panel: panel.display)
            assert [one.display for one in desk.asides].count(True) == 1
            assert panel.region.y == desk.left.region.bottom
            assert desk.left.heat_map.size.height >= 2  # the words, and a step at least
        await pilot.press("alt+3")
        await until(pilot, lambda: len(read_rows(desk.beam)) == 5)
        pane.query_one("#command").focus()
        await pilot.press("ctrl+r")  # what works is shown
        await until(pilot, lambda: desk.breaks.display)
        await pilot.press("escape", "ctrl+l")
        await until(pilot, lambda: desk.right.model_choice.expanded)
        await pilot.press("escape")
        assert pane.command == COMMAND

    run_app(drive, "translate", size)
