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
from tui.panes.generate import GeneratePane
from tui.widgets.ask import Ask
from tui.widgets.bars import Bars
from tui.widgets.stepper import Stepper
from tui.widgets.text_view import TextView


async def ready(pilot: Pilot[None], pane: GeneratePane, seed: int | None = 3) -> None:
    """Wait for the model, and have it write the same each time."""
    await until(pilot, lambda: pane.manuscript is not None)
    pane.query_one("#seed", Stepper).value = seed
    pane.query_one("#length", Stepper).value = 100


async def written(pilot: Pilot[None], pane: GeneratePane) -> str:
    """Wait until nothing more is written; return the text on the screen."""
    await until(pilot, lambda: not pane.writer.busy)
    await pilot.pause(0.1)
    text = pane.query_one(TextView).text
    assert pane.manuscript is not None
    assert pane.manuscript.text == text
    return text


def test_enter_in_the_prompt_writes_what_the_command_would(small_models: Path) -> None:
    model = load(str(small_models / "characters" / "tiny"))

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
            assert pane.writer.busy
        assert statistics.median(waited) < 0.05
        await pilot.press("f6")

    driven(drive)


def test_the_likeliest_are_those_at_the_cursor() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        await pilot.press("enter")
        await written(pilot, pane)
        view, bars = pane.query_one(TextView), pane.query_one("#candidates", Bars)
        assert pane.manuscript is not None
        for cursor in (0, 17, len(view.text)):
            view.cursor = cursor
            await pilot.pause()
            wanted = pane.manuscript.candidates(cursor, 10)
            assert [bar.share for bar in bars.bars] == pytest.approx([c[2] for c in wanted])
            marked = [c[0] == view.text[cursor : cursor + 1] for c in wanted]
            assert [bar.marked for bar in bars.bars] == marked

    driven(drive)


def test_in_steps_the_user_chooses() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await ready(pilot, pane)
        await pilot.press("f8", "f6")
        assert pane.manuscript is not None
        text = await written(pilot, pane)
        assert text == pane.query_one("#prompt", Input).value
        wanted = text
        for key in ("1", "3", "0"):
            wanted += pane.manuscript.candidates(len(wanted))["1234567890".index(key)][0]
            await pilot.press(key)
            assert await written(pilot, pane) == wanted
        await pilot.click("#candidates", offset=(1, 1))
        assert len(await written(pilot, pane)) == len(wanted) + 1
        pane.query_one(TextView).cursor = 2
        second = pane.manuscript.candidates(2)[1][0]
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
        for _ in range(2):  # the second one is refused
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
            await pilot.press("enter")
            await until(pilot, lambda: not isinstance(pilot.app.screen, Ask))
            await pilot.pause(0.1)
        assert Path("text.txt").read_text() == text
        said_ = [note.message for note in pilot.app._notifications]
        assert "text.txt exists already; name another file" in said_

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
        assert pane.controls().temperature == 0.0
        await pilot.press("left", "end")
        assert pane.controls().temperature == 2.0

    driven(drive)
