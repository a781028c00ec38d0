"""Generate: what a person can do there."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import pytest
from app_helpers import run_app, type_text, until, wait_for_note, wait_until
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Select

from charlm import LanguageModel, load
from tui.generate.author import Author
from tui.generate.candidate_bars import CandidateBars
from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.generate.prompt_panel import PromptPanel
from tui.generate.text_view import TextView
from tui.screens import Ask, Choose
from tui.widgets.bars import Bars
from tui.widgets.stepper import Stepper

pytestmark = pytest.mark.usefixtures("models")


async def prepare(pilot: Pilot[None], pane: GeneratePane, seed: int | None = 3) -> None:
    """Wait for the model, and have it write the same each time."""
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#seed", Stepper).value = seed
    pane.query_one("#length", Stepper).value = 100


async def finish_text(pilot: Pilot[None], pane: GeneratePane) -> str:
    """Wait until nothing more is written; return the text on the screen."""
    author, view = author_of(pane), pane.query_one(TextView)
    await until(pilot, lambda: not author.writer.busy and view.text == author.manuscript.text)
    return view.text


async def write_text(pilot: Pilot[None], pane: GeneratePane) -> str:
    """Have the model write its first hundred characters, and return the text on the screen."""
    await prepare(pilot, pane)
    await pilot.press("enter")
    return await finish_text(pilot, pane)


def author_of(pane: GeneratePane) -> Author:
    assert pane.desk.author is not None
    return pane.desk.author


def rank_next(model: LanguageModel, text: str) -> list[tuple[str, float]]:
    """Return every symbol with its probability after `text`, the likeliest first."""
    (token,) = model.stream(text, length=1)
    shares = np.exp(token.log_probs)
    return [(model.vocabulary.symbols[one], shares[one]) for one in np.argsort(-shares)]


def test_enter_in_the_prompt_writes_what_the_command_would(small_models: Path) -> None:
    model = load(str(small_models / "charlm" / "tiny"))

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await prepare(pilot, pane)
        pane.query_one(Prompt).value = "Once "
        await pilot.press("enter")
        text = await finish_text(pilot, pane)
        assert text == "Once " + model.generate("Once ", length=100, temperature=0.7, seed=3)
        assert pane.desk.title.startswith("Text · 105 chars · tiny T 0.7 seed 3")

    run_app(drive)


def test_going_on_stopping_rewriting_and_undoing() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        first = await write_text(pilot, pane)
        await pilot.press("ctrl+r")
        second = await finish_text(pilot, pane)
        assert second.startswith(first)
        assert len(second) == len(first) + 100
        view = pane.query_one(TextView)
        view.cursor = 40
        await pilot.press("f7")
        third = await finish_text(pilot, pane)
        assert third[:40] == first[:40]
        assert len(third) == 140
        await pilot.press("ctrl+z")
        assert await finish_text(pilot, pane) == second
        pane.query_one("#length", Stepper).value = None
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(view.text) > 2000)
        await pilot.press("ctrl+r")
        await finish_text(pilot, pane)
        assert author_of(pane).writer.drain() == ("", [])  # and nothing more comes

    run_app(drive)


def test_no_key_waits_while_it_writes() -> None:
    """Keys are posted: `pilot.press` waits until the process is idle, threads included."""

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await prepare(pilot, pane)
        pane.query_one("#length", Stepper).value = None
        await pilot.press("enter")
        view = pane.query_one(TextView)
        await until(pilot, lambda: len(view.text) > 200)
        view.cursor = 150
        waited = []
        for place in range(149, 119, -1):
            before = time.perf_counter()
            pilot.app.post_message(Key("left", None))
            await wait_until(lambda place=place: view.cursor == place)
            waited.append(time.perf_counter() - before)
            assert author_of(pane).writer.busy
        assert statistics.median(waited) < 0.25  # it was 0.015 on two busy cores
        await pilot.press("ctrl+r")

    run_app(drive)


def test_the_likeliest_are_those_at_the_cursor(small_models: Path) -> None:
    model = load(str(small_models / "charlm" / "tiny"))

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write_text(pilot, pane)
        view, bars = pane.query_one(TextView), pane.query_one("#candidates", Bars)
        for cursor in (0, 17, len(text)):
            view.cursor = cursor
            wanted = rank_next(model, text[:cursor])[:10]
            shares = pytest.approx([share for _, share in wanted], rel=1e-4)
            await until(pilot, lambda shares=shares: [bar.share for bar in bars.bars] == shares)
            marked = [symbol == text[cursor : cursor + 1] for symbol, _ in wanted]
            assert [bar.marked for bar in bars.bars] == marked

    run_app(drive)


def test_in_steps_the_user_chooses(small_models: Path) -> None:
    model = load(str(small_models / "charlm" / "tiny"))

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await prepare(pilot, pane)
        await pilot.press("ctrl+t", "ctrl+r")
        text = await finish_text(pilot, pane)
        assert text == pane.query_one(Prompt).value
        for number, key in ((0, "1"), (2, "3"), (9, "0")):
            text += rank_next(model, text)[number][0]
            await pilot.press(key)
            assert await finish_text(pilot, pane) == text
        text += rank_next(model, text)[1][0]
        line = pane.query_one(CandidateBars).list_lines().index(1)
        await pilot.click("#candidates", offset=(1, line))
        assert await finish_text(pilot, pane) == text
        pane.query_one(TextView).cursor = 2
        await pilot.press("2")
        assert await finish_text(pilot, pane) == text[:2] + rank_next(model, text[:2])[1][0]

    run_app(drive, size=(120, 36))


def test_another_model_reads_the_text_on() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await prepare(pilot, pane)
        select = pane.query_one("#model", Select)
        assert select.value == "tiny"
        pane.query_one(Prompt).value = "abc xyz"
        await pilot.press("ctrl+t", "ctrl+r")
        await finish_text(pilot, pane)
        select.value = "unlike"
        await until(pilot, lambda: author_of(pane).manuscript.model.name == "unlike")
        assert await finish_text(pilot, pane) == "abc "

    run_app(drive)


def test_colours_copies_and_files() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write_text(pilot, pane)
        await pilot.press("f9")
        assert pane.query_one(TextView).colored
        assert len(pane.query_one(TextView).levels) == len(text)
        await pilot.press("ctrl+c")
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
            await pilot.app.workers.wait_for_complete()
            assert Path("text.txt").read_text() == ("mine" if answer == "no" else text)

    run_app(drive)


@pytest.mark.wide(2)
@pytest.mark.parametrize(
    "name", ["a\0b", "~nobody-at-all/x", "nowhere/" + "x" * 300, "nowhere/new/text.txt"]
)
def test_a_file_that_cannot_be_written_is_an_error_message(name: str) -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await prepare(pilot, pane)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        pilot.app.screen.query_one(Input).value = name
        await pilot.press("enter")
        assert (await wait_for_note(pilot)).severity == "error"
        assert not Path("nowhere").exists()

    run_app(drive)


def test_an_unknown_character_is_an_error_message() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await prepare(pilot, pane)
        prompt = pane.query_one(Prompt)
        prompt.value = ""
        await type_text(pilot, "ab")
        prompt.value += "é[bold]"
        await pilot.press("enter")
        assert "is not in the vocabulary" in (await wait_for_note(pilot)).message
        assert pane.query_one(PromptPanel).foot == "tiny does not know '[]é'"
        assert pane.query_one(TextView).text == ""

    run_app(drive)


def test_controls_are_stepped_by_keys_wheel_and_clicks() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await prepare(pilot, pane)
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
        assert pane.controls.temperature == 1.23
        pane.query_one("#seed", Stepper).focus()
        await pilot.press("4", "2")
        assert pane.controls.seed == 42
        await pilot.press("right", "7")
        assert pane.controls.seed == 7

    run_app(drive)
