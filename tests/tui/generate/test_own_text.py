"""Generate: texts of the user's own, from files and pastes."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_helpers import run_app, until, wait_for_note
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.generate.surprises_panel import SurprisesPanel
from tui.screens import Ask, Choose

pytestmark = pytest.mark.usefixtures("models")
TEXT = "the cat sat\non the mat\nand the dog\nran to the park\n"


async def open_file(pilot: Pilot[None], pane: GeneratePane, name: str) -> None:
    await until(pilot, lambda: pane.desk.author is not None)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
    pilot.app.screen.query_one(Input).value = name
    await pilot.press("enter")


async def check_read(pilot: Pilot[None], pane: GeneratePane, text: str) -> None:
    author = pane.desk.author
    assert author is not None
    await until(pilot, lambda: author.manuscript.text == text and not pane.desk.busy)
    await until(pilot, lambda: pane.query_one(SurprisesPanel).surprises)
    assert pane.desk.view.text == text
    assert author.manuscript.prompt_length == len(text)
    assert author.manuscript.seed is None
    levels = bytes(pane.desk.view.levels)
    pane.desk.show_all()
    assert levels == bytes(pane.desk.view.levels)


def test_a_file_is_read_and_nothing_is_written() -> None:
    Path("own.txt").write_bytes(TEXT.replace("\n", "\r\n").encode())

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await open_file(pilot, pane, "own.txt")
        await until(pilot, lambda: pane.desk.view.text == TEXT)
        assert pane.desk.view.cursor == 0
        await check_read(pilot, pane, TEXT)
        await pilot.press("ctrl+r")  # and it can be continued
        await until(pilot, lambda: len(pane.desk.view.text) > len(TEXT))
        await pilot.press("escape")
        pane.desk.view.focus()
        await pilot.press("ctrl+z")
        await check_read(pilot, pane, TEXT)

    run_app(drive)


@pytest.mark.wide
@pytest.mark.parametrize("answer", ["drop", "no", "escape"])
def test_unknown_characters_are_listed_before_they_are_left_out(answer: str) -> None:
    Path("own.txt").write_text("a [bold]cat\u201d\n9\n" * 3)

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await open_file(pilot, pane, "own.txt")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        assert "'\u201d' 3×, ']' 3×, '[' 3×, '9' 3×" in pilot.app.screen.question
        await (pilot.press("escape") if answer == "escape" else pilot.click(f"#{answer}"))
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        if answer == "drop":
            await check_read(pilot, pane, "a boldcat\n\n" * 3)
        else:
            await pilot.app.workers.wait_for_complete()
            assert pane.desk.view.text == ""

    run_app(drive)


def test_a_paste_of_many_lines_is_a_text_and_one_of_few_a_prompt() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        prompt = pane.query_one(Prompt)
        prompt.value = ""
        prompt.post_message(Paste("one\r\ntwo"))
        await until(pilot, lambda: prompt.value == "one\ntwo")
        prompt.post_message(Paste(TEXT.replace("\n", "\r\n")))
        await check_read(pilot, pane, TEXT)
        assert prompt.value == "one\ntwo"

    run_app(drive)


def test_the_prompt_takes_new_lines() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        prompt = pane.query_one(Prompt)
        prompt.value = "ab"
        await pilot.press("alt+enter", "c", "ctrl+z", "ctrl+y")
        assert prompt.value == "ab\nc"
        await pilot.press("enter")
        await until(pilot, lambda: pane.desk.view.text.startswith("ab\nc"))

    run_app(drive)


@pytest.mark.wide(2)
@pytest.mark.parametrize("name", ["none.txt", ".", "data", "a\0b", "empty"])
def test_what_cannot_be_read_is_said(name: str) -> None:
    Path("data").write_bytes(b"\xff\xfe\xfa" * 5)
    Path("empty").touch()

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await open_file(pilot, pane, name)
        assert (await wait_for_note(pilot)).severity == "error"
        assert pane.desk.view.text == ""

    run_app(drive)


def test_reading_can_be_stopped_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.generate.reading.MOST_CHARACTERS", 30_000)
    Path("own.txt").write_text(TEXT * 700)

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await open_file(pilot, pane, "own.txt")
        await until(pilot, lambda: len(pane.desk.view.text) == 30_000)
        assert "first 30,000" in (await wait_for_note(pilot)).message
        assert pane.desk.work is not None
        await pilot.press("escape")
        author = pane.desk.author
        assert author is not None
        await until(pilot, lambda: not pane.desk.busy and pane.desk.work is None)
        assert pane.desk.view.text == author.manuscript.text
        assert 0 < len(pane.desk.view.text) <= 30_000

    run_app(drive)
