"""Generate: finding, endings, pace, wrap, colours and examples."""

from __future__ import annotations

import time

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Input, Static
from writing import finish, write

from tui.generate.buttons import Buttons
from tui.generate.find_bar import FindBar
from tui.generate.pane import EXAMPLES, GeneratePane
from tui.generate.prompt import Prompt
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

pytestmark = pytest.mark.usefixtures("models")


def test_what_is_typed_is_found_in_the_text() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane, 400)
        view, bar = pane.desk.view, pane.query_one(FindBar)
        places = [at for at in range(len(text)) if text[at].lower() == "e"]
        view.cursor = 0
        await pilot.press("slash")
        await until(pilot, lambda: bar.display and bar.query_one(Input).has_focus)
        await pilot.press("e")
        await until(pilot, lambda: view.cursor == places[0])
        await pilot.press("enter")
        await until(pilot, lambda: view.cursor == places[1])
        view.focus()
        await pilot.press("n", "n", "N")
        await until(pilot, lambda: view.cursor == places[2])
        assert f"3 of {len(places)}" in str(bar.query_one("#found", Static).content)
        bar.query_one(Input).focus()
        await pilot.press("slash", "0")
        await until(pilot, lambda: "not found" in str(bar.query_one("#found", Static).content))
        await pilot.press("escape")
        await until(pilot, lambda: not bar.display and view.has_focus)

    run_app(drive)


def test_endings_are_marked_and_come_back_to() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        first = await write(pilot, pane)
        line = pane.desk.query_one("#endings", Static)
        assert not line.display
        pane.query_one("#seed", Stepper).value = 9
        pane.desk.view.cursor = 40
        await pilot.press("f7")
        second = await finish(pilot, pane)
        assert second[:40] == first[:40]
        await until(pilot, lambda: line.display)
        assert "ending 2 of 2" in str(line.content)
        await pilot.press("left_square_bracket")
        assert await finish(pilot, pane) == first
        assert "ending 1 of 2" in str(line.content)
        await pilot.press("left_square_bracket")
        assert "no other ending" in next(iter(pilot.app._notifications)).message
        await pilot.press("right_square_bracket")
        assert await finish(pilot, pane) == second
        await pilot.press("ctrl+z")
        assert await finish(pilot, pane) == first
        await pilot.press("ctrl+y")
        assert await finish(pilot, pane) == second
        await pilot.press("ctrl+y")
        assert "nothing to redo" in [*pilot.app._notifications][-1].message

    run_app(drive)


def test_the_pace_holds_back_what_is_written_but_not_what_is_read() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        author = pane.desk.author
        assert author is not None
        pane.query_one("#length", Stepper).value = None
        pane.query_one("#pace", Stepper).value = 20
        pane.query_one(Prompt).value = "abc " * 100
        pane.begin()
        await until(pilot, lambda: len(author.manuscript) > 400)
        before, began = len(author.manuscript), time.perf_counter()
        await until(pilot, lambda: len(author.manuscript) > before + 5)
        assert (len(author.manuscript) - before) / (time.perf_counter() - began) < 25
        pane.query_one("#pace", Stepper).value = None
        await until(pilot, lambda: len(author.manuscript) > before + 200)
        pane.query_one("#pace", Stepper).value = 1
        await pilot.press("escape")  # and it does not wait for the next character
        await until(pilot, lambda: not author.writer.busy, seconds=5)

    run_app(drive)


def test_lines_are_joined_for_reading() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        pane.read_own("one\ntwo\nthree\n\nfour\n")
        view = pane.desk.view
        await until(pilot, lambda: len(view.lines) == 6)
        pane.query_one("#wrap", WordStepper).word = "re-flow"
        await until(pilot, lambda: len(view.lines) == 4)
        assert view.text == "one\ntwo\nthree\n\nfour\n"
        assert view.lines.shown == "one two three\n\nfour\n"

    run_app(drive)


def test_the_legend_is_there_while_colours_are() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await write(pilot, pane)
        legend = pane.desk.query_one("#legend", Static)
        assert not legend.display
        await pilot.press("f9")
        await until(pilot, lambda: legend.display)
        wanted = "surprise in bits <0.4 <1.1 <2.2 <3.6 <5.8 <8.7 8.7+"
        assert str(legend.content).split() == wanted.split()
        await pilot.press("f9")
        assert not legend.display

    run_app(drive)


def test_words_to_click_do_what_keys_do() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane)
        pane.query_one(Prompt).focus()
        await until(pilot, lambda: pane.query_one(Buttons).region.height)
        await pilot.click(Buttons, offset=(3, 0))
        await until(pilot, lambda: len(pane.desk.view.text) > len(text))

    run_app(drive, size=(120, 36))


def test_examples_and_beginning_anew() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane)
        await pilot.press("ctrl+n")
        assert pane.desk.view.text == ""
        await until(pilot, lambda: pane.query_one(Prompt).has_focus)
        pane.desk.view.focus()
        await pilot.press("ctrl+z")
        assert await finish(pilot, pane) == text
        pane.query_one("#length", Stepper).value = 20
        await pilot.press("f8")
        assert pane.query_one(Prompt).value == EXAMPLES[1]
        assert (await finish(pilot, pane)).startswith(EXAMPLES[1])

    run_app(drive)
