"""Generate: what a person can do there."""

import asyncio
import statistics
import time
from pathlib import Path

import pytest
from app_helpers import driven, said, typed, until
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Select

from charlm import load
from tui.generate.pane import GeneratePane
from tui.generate.text_view import TextView
from tui.screens import Ask, Choose
from tui.widgets.bars import Bars
from tui.widgets.stepper import Stepper


async def ready(pilot: Pilot[None], pane: GeneratePane, seed: int | None = 3) -> None:
    """Wait for the model, and have it write the same each time."""
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#seed", Stepper).value = seed
    pane.query_one("#length", Stepper).value = 100


async def written(pilot: Pilot[None], pane: GeneratePane) -> str:
    """Wait until nothing more is written; return the text on the screen."""
    await until(pilot, lambda: pane.desk.author is not None and not pane.desk.author.writer.busy)
    await pilot.pause(0.1)
    text = pane.query_one(TextView).text
    assert pane.desk.author is not None
    assert pane.desk.author.manuscript.text == text
    return text


def test_enter_in_the_prompt_writes_what_the_command_would(small_models: Path) -> None:
    model = load(str(small_models / "charlm" / "tiny"))

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        pane.query_one("#prompt", Input).value = "Once "
        await pilot.press("enter")
        text = await written(pilot, pane)
        assert text == "Once " + model.generate("Once ", length=100, temperature=0.7, seed=3)
        assert "105 characters; ready" in said(pane, "#state")

    driven(drive)


def test_going_on_stopping_rewriting_and_undoing() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        await pilot.press("enter")
        first = await written(pilot, pane)
        await pilot.press("f6")
        second = await written(pilot, pane)
        assert second.startswith(first)
        assert len(second) == len(first) + 100
        view = pane.query_one(TextView)
        view.cursor = 40
        await pilot.press("f7")
        third = await written(pilot, pane)
        assert third[:40] == first[:40]
        assert len(third) == 140
        await pilot.press("ctrl+z")
        assert await written(pilot, pane) == second
        pane.query_one("#length", Stepper).value = None
        await pilot.press("f6")
        await until(pilot, lambda: len(view.text) > 2000)
        await pilot.press("f6")
        stopped = await written(pilot, pane)
        await pilot.pause(0.2)
        assert view.text == stopped

    driven(drive)


def test_no_key_waits_while_it_writes() -> None:
    """Not by `pilot.press`, which waits until the process is idle, threads included."""

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        pane.query_one("#length", Stepper).value = None
        await pilot.press("enter")
        view = pane.query_one(TextView)
        await until(pilot, lambda: len(view.text) > 200)
        view.cursor = 150
        waited = []
        for place in range(149, 119, -1):
            before = time.perf_counter()
            pilot.app.post_message(Key("left", None))
            while view.cursor != place and time.perf_counter() < before + 5:
                await asyncio.sleep(0.001)
            waited.append(time.perf_counter() - before)
            assert pane.desk.author is not None
            assert pane.desk.author.writer.busy
        assert statistics.median(waited) < 0.05
        await pilot.press("f6")

    driven(drive)


def test_the_likeliest_are_those_at_the_cursor() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        await pilot.press("enter")
        await written(pilot, pane)
        view, bars = pane.query_one(TextView), pane.query_one("#candidates", Bars)
        assert pane.desk.author is not None
        for cursor in (0, 17, len(view.text)):
            view.cursor = cursor
            await pilot.pause()
            wanted = pane.desk.author.manuscript.candidates(cursor, 10)
            assert [bar.share for bar in bars.bars] == pytest.approx([c[2] for c in wanted])
            marked = [c[0] == view.text[cursor : cursor + 1] for c in wanted]
            assert [bar.marked for bar in bars.bars] == marked

    driven(drive)


def test_in_steps_the_user_chooses() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        await pilot.press("f8", "f6")
        assert pane.desk.author is not None
        text = await written(pilot, pane)
        assert text == pane.query_one("#prompt", Input).value
        wanted = text
        for key in ("1", "3", "0"):
            wanted += pane.desk.author.manuscript.candidates(len(wanted))["1234567890".index(key)][
                0
            ]
            await pilot.press(key)
            assert await written(pilot, pane) == wanted
        await pilot.click("#candidates", offset=(1, 1))
        assert len(await written(pilot, pane)) == len(wanted) + 1
        pane.query_one(TextView).cursor = 2
        second = pane.desk.author.manuscript.candidates(2)[1][0]
        await pilot.press("2")
        assert await written(pilot, pane) == wanted[:2] + second

    driven(drive)


def test_another_model_reads_the_text_on() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        select = pane.query_one("#model", Select)
        assert select.value == "tiny"
        pane.query_one("#prompt", Input).value = "abc xyz"
        await pilot.press("f8", "f6")
        await written(pilot, pane)
        select.value = "unlike"
        await until(pilot, lambda: "unlike is ready" in said(pane, "#state"))
        assert await written(pilot, pane) == "abc "

    driven(drive)


def test_colours_copies_and_files() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        await pilot.press("enter")
        text = await written(pilot, pane)
        await pilot.press("f9")
        assert pane.query_one(TextView).colored
        assert len(pane.query_one(TextView).levels) == len(text)
        await pilot.press("ctrl+y")
        assert pilot.app.clipboard == text
        for answer in (None, "no", "over"):  # there is none, it is left, it is written over
            Path("text.txt").write_text("mine") if answer else None
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
            await pilot.press("enter")
            if answer is not None:
                await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
                await pilot.click(f"#{answer}")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            await pilot.pause(0.1)
            assert Path("text.txt").read_text() == ("mine" if answer == "no" else text)

    driven(drive)


@pytest.mark.parametrize("name", ["a\0b", "~nobody-at-all/x", "nowhere/" + "x" * 300])
def test_a_file_that_cannot_be_is_said(name: str) -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        pilot.app.screen.query_one(Input).value = name
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app._notifications) == 1)
        (note,) = pilot.app._notifications
        assert note.severity == "error"

    driven(drive)


def test_what_the_model_does_not_know_is_said() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        prompt = pane.query_one("#prompt", Input)
        prompt.value = ""
        await typed(pilot, "ab")
        prompt.value += "é[bold]"
        await pilot.press("enter")
        await pilot.pause(0.1)
        (note,) = pilot.app._notifications
        assert "is not in the vocabulary" in note.message
        assert pane.query_one(TextView).text == ""

    driven(drive)


def test_controls_are_stepped_by_keys_wheel_and_clicks() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        stepper = pane.query_one("#temperature", Stepper)
        stepper.focus()
        await pilot.press("right", "right", "left")
        assert stepper.value == 0.75
        await pilot.click("#temperature", offset=(12, 0))
        assert stepper.value == 0.7
        await pilot.click("#temperature", offset=(16, 0))
        assert stepper.value == 0.75
        await pilot.press("home")
        assert pane.controls.temperature == 0.0
        await pilot.press("left", "end")
        assert pane.controls.temperature == 2.0
        await pilot.press("1", ".", "2", "3")
        assert pane.controls.temperature == 1.25
        pane.query_one("#seed", Stepper).focus()
        await pilot.press("4", "2")
        assert pane.controls.seed == 42
        await pilot.press("right", "7")
        assert pane.controls.seed == 7

    driven(drive)
