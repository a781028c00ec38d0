"""Generate: step mode, and what the desk shows after a text was cut or restored."""

from __future__ import annotations

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from writing import finish, write

from tui.generate.next_panel import NextPanel
from tui.generate.pane import GeneratePane
from tui.generate.text_view import TextView
from tui.widgets.bars import Bars
from tui.widgets.stepper import Stepper

pytestmark = pytest.mark.usefixtures("models")


def test_a_text_cut_in_step_mode_is_shown_as_it_is_now() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        view, bars = pane.query_one(TextView), pane.query_one("#candidates", Bars)
        await write(pilot, pane, seed=1)
        await pilot.press("ctrl+t")
        view.cursor = 40
        await until(pilot, lambda: any(bar.marked for bar in bars.bars))
        await pilot.press("f7")
        assert len(await finish(pilot, pane)) == 40
        await until(pilot, lambda: "40 chars" in pane.desk.title)
        await until(pilot, lambda: pane.query_one(NextPanel).title.startswith("Next character"))
        assert not any(bar.marked for bar in bars.bars)

    run_app(drive)


def test_a_text_cut_inside_the_prompt_has_a_shorter_prompt() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await write(pilot, pane, seed=1)
        view = pane.query_one(TextView)
        assert view.prompt_length == len("Once upon a time ")
        view.cursor = 4
        await pilot.press("f7")
        assert len(await finish(pilot, pane)) == 104
        assert view.prompt_length == 4

    run_app(drive)


def test_what_writes_nothing_in_step_mode_is_no_step_of_undo() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane, seed=1)
        author = pane.desk.author
        assert author is not None
        await pilot.press("ctrl+t")
        before = len(author.manuscript.history.past)
        await pilot.press("ctrl+r", "f7")  # to go on, and to replace what stands behind the end
        assert await finish(pilot, pane) == text
        assert len(author.manuscript.history.past) == before
        assert "step mode" in next(iter(pilot.app._notifications)).message

    run_app(drive)


def test_undo_shows_the_seed_of_the_text_that_comes_back() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        first = await write(pilot, pane, seed=11)
        second = await write(pilot, pane, seed=22)
        assert first != second
        assert pane.desk.title.endswith(" seed 22")
        await pilot.press("ctrl+z")
        assert await finish(pilot, pane) == first
        assert pane.desk.title.endswith(" seed 11")
        await pilot.press("ctrl+z")
        assert await finish(pilot, pane) == ""
        assert "seed" not in pane.desk.title

    run_app(drive)


def test_endless_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.generate.author.MOST_CHARACTERS", 300)

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await write(pilot, pane, seed=1)
        pane.query_one("#length", Stepper).value = None
        for _ in range(2):
            await pilot.press("ctrl+r")
            text = await finish(pilot, pane)
            assert 300 <= len(text) <= 310  # a prompt may stand before
            await until(pilot, lambda: "full · F7 writes" in pane.desk.foot)
        pane.query_one(TextView).cursor = 200
        await pilot.press("f7")
        await until(pilot, lambda: len(pane.query_one(TextView).text) == 300)

    run_app(drive)


def test_any_character_can_be_typed() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane, seed=1)
        await pilot.press("ctrl+t")
        for key, character in (("n", "n"), ("d", "d"), ("space", " "), ("full_stop", ".")):
            text += character
            await pilot.press(key)
            assert await finish(pilot, pane) == text
        await pilot.press("enter", "N")
        assert await finish(pilot, pane) == text + "\nN"
        await pilot.press("backspace")
        assert await finish(pilot, pane) == text + "\n"
        for key in ("!", "\\", "7", "\\", "\\", "[", "/"):  # this model knows none of them
            await pilot.press(key)
        assert await finish(pilot, pane) == text + "\n"
        notes = [note.message for note in pilot.app._notifications]
        assert notes == [f"tiny does not know {one!r}" for one in ("!", "7", "\\", "[", "/")]
        await pilot.press("7")
        assert len(await finish(pilot, pane)) == len(text) + 2
        pane.query_one(TextView).cursor = 30  # within the text: the ending is kept
        await pilot.press("z")
        assert await finish(pilot, pane) == text[:30] + "z"
        author = pane.desk.author
        assert author is not None
        assert len(author.manuscript.endings) == 2
        await pilot.press("escape")
        await pilot.press("left_square_bracket")
        assert len(await finish(pilot, pane)) == len(text) + 2

    run_app(drive)


def test_what_is_typed_at_once_is_taken_one_after_the_other() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane, seed=1)
        await pilot.press("ctrl+t")
        typed = "and so it was\nto be"
        for character in typed:
            pane.desk.view.post_message(TextView.Typed(character))
        await until(pilot, lambda: pane.desk.view.text == text + typed)
        for character in ("1", "", "x", "\\", "#", "y"):
            pane.desk.view.post_message(TextView.Typed(character))
        await until(pilot, lambda: pane.desk.view.text == text + typed + "xy")

    run_app(drive)
