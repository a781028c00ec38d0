"""Generate: another model is chosen, and none; the label is always the model that writes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Select

from charlm import language_model
from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.generate.text_view import TextView
from tui.widgets.choice import ModelChoice
from tui.widgets.stepper import Stepper

pytestmark = pytest.mark.usefixtures("models")


async def write(pilot: Pilot[None], pane: GeneratePane, prompt: str) -> str:
    """Begin a text of a prompt and a hundred characters; return what is on the screen."""
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#length", Stepper).value = 100
    pane.query_one(Prompt).value = prompt
    pane.begin()
    return await finish(pilot, pane)


async def finish(pilot: Pilot[None], pane: GeneratePane) -> str:
    """Wait until nothing is written and the model of the label has the text."""
    view, label = pane.query_one(TextView), pane.query_one(ModelChoice)

    def is_ready() -> bool:
        author = pane.desk.author
        assert author is not None
        manuscript = author.manuscript
        rests = not author.writer.busy and view.text == manuscript.text
        return rests and manuscript.model.name == label.chosen

    await until(pilot, is_ready)
    return view.text


def hold(monkeypatch: pytest.MonkeyPatch, name: str) -> threading.Event:
    """Have the model called `name` load only once the event that is returned is set."""
    load, go_on = language_model.load, threading.Event()

    def load_late(path: str) -> Any:
        if path.endswith(name):
            go_on.wait(20)
        return load(path)

    monkeypatch.setattr(language_model, "load", load_late)
    return go_on


def test_a_model_chosen_while_another_one_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = hold(monkeypatch, "unlike")

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane, "abc ")
        select = pane.query_one("#model", Select)
        select.value = "unlike"
        await until(pilot, lambda: "loading unlike" in pane.desk.foot)
        select.value = "tiny"
        await until(pilot, lambda: not pane.desk.note)
        go_on.set()
        await pilot.pause(0.3)
        assert select.value == "tiny"
        assert await finish(pilot, pane) == text

    run_app(drive)


def test_what_was_written_while_a_model_loads_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = hold(monkeypatch, "unlike")

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        pane.query_one("#temperature", Stepper).value = 0.0
        await write(pilot, pane, "abc ")
        pane.query_one("#model", Select).value = "unlike"
        await until(pilot, lambda: "loading" in pane.desk.foot)
        pane.query_one("#length", Stepper).value = 2000
        await pilot.press("ctrl+r")
        author = pane.desk.author
        assert author is not None
        await until(pilot, lambda: not author.writer.busy)
        text = author.manuscript.text
        assert len(text) == 2104
        go_on.set()
        known = "".join(one for one in text if one in "abc \n")
        assert await finish(pilot, pane) == known
        await pilot.press("ctrl+z")  # and the characters that it does not know are not lost
        assert await finish(pilot, pane) == text
        assert pane.query_one("#model", Select).value == "tiny"

    run_app(drive)


def test_a_change_while_another_model_reads_is_read_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tui.generate import reading as reader

    reading, go_on, transfer = threading.Event(), threading.Event(), reader.transfer

    def transfer_late(*values: Any) -> Any:
        reading.set()
        go_on.wait(20)
        return transfer(*values)

    monkeypatch.setattr(reader, "transfer", transfer_late)

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await write(pilot, pane, "abc ")
        pane.query_one("#model", Select).value = "unlike"
        await until(pilot, reading.is_set)
        pane.query_one(TextView).cursor = 2
        pane.action_toggle_steps()
        await pilot.press("f7")  # cuts the text
        go_on.set()
        assert await finish(pilot, pane) == "ab"

    run_app(drive)


def test_undo_goes_back_beyond_a_choice_of_a_model() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        select = pane.query_one("#model", Select)
        first = await write(pilot, pane, "abc xyz ")
        second = await write(pilot, pane, "cab ")
        select.value = "unlike"
        third = await finish(pilot, pane)
        assert set(third) <= set("abc \n")
        await pilot.press("ctrl+r")
        assert (await finish(pilot, pane)).startswith(third)
        await pilot.press("ctrl+z")
        assert await finish(pilot, pane) == third
        assert select.value == "unlike"
        for text in (second, first, ""):
            await pilot.press("ctrl+z")
            assert await finish(pilot, pane) == text
            assert select.value == "tiny"
        await pilot.press("ctrl+r")  # and it goes on with the model of the label
        assert (await finish(pilot, pane)).startswith("cab ")

    run_app(drive)


def test_without_a_model_nothing_writes() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        select = pane.query_one("#model", Select)
        await write(pilot, pane, "abc ")
        pane.query_one("#length", Stepper).value = None
        await pilot.press("ctrl+r")
        select.clear()
        await until(pilot, lambda: pane.desk.foot.startswith("no model"))
        author = pane.desk.author
        assert author is not None
        assert not author.writer.busy
        text = author.manuscript.text
        for key in ("ctrl+r", "f7", "ctrl+t", "1", "enter"):
            await pilot.press(key)
        pane.begin()
        await pilot.pause(0.2)
        assert pane.query_one(TextView).text == author.manuscript.text == text
        assert not author.stepping
        select.value = "tiny"
        assert await finish(pilot, pane) == text

    run_app(drive)


def test_the_last_model_that_goes_is_chosen_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await write(pilot, pane, "abc ")
        monkeypatch.setattr("tui.widgets.choice.list_names", lambda kind: [])
        pane.query_one(ModelChoice).find()
        await until(pilot, lambda: pane.desk.foot.startswith("no model"))

    run_app(drive)
