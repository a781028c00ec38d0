"""Captions: what a person can do there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from app_helpers import read_line, run_app, save_as, until, wait_for_note
from textual.pilot import Pilot
from textual.widgets import DataTable

from tui.caption.pane import CaptionPane
from tui.widgets.choice import ModelChoice
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

pytestmark = pytest.mark.usefixtures("captioners")
SIZE = (120, 40)


async def settle(pilot: Pilot[None], pane: CaptionPane) -> None:
    """Wait until the picture is described."""
    await until(pilot, lambda: pane.said and pane.panel("caption").work is None)
    await until(pilot, lambda: not pane.panel("caption").stale)


async def show_scene(pilot: Pilot[None], pane: CaptionPane, number: int) -> None:
    pane.query_one("#number", Stepper).value = number
    await until(pilot, lambda: pane.kept.number == number)
    await settle(pilot, pane)
    pane.picture.focus()


def test_the_first_visit_shows_a_scene_and_its_caption() -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        assert pane.subject is not None
        assert read_line(pane, "#truth-said") == "✓ true, and names every shape"
        assert pane.panel("picture").title == "scene 7 of random, seed 1"
        assert pane.about == "seer · scene 7 of random, seed 1"
        assert str(pane.query_one("#sentences").render()).split("\n") == [*pane.subject.sentences]
        table: DataTable[object] = pane.query_one(DataTable)
        assert table.row_count == 3
        assert str(table.get_row_at(0)[1]) == "✓"
        assert pane.picture.has_focus
        assert pane.picture.weights is None

    run_app(drive, "caption", SIZE)


def test_each_word_lights_where_it_looks() -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        await show_scene(pilot, pane, 10)
        assert pane.said is not None
        caption = pane.said.captions[0]
        assert caption.attention is not None
        for place in range(len(caption.attention)):
            await pilot.press("right")
            await until(pilot, lambda place=place: pane.place == place)
            assert pane.picture.weights is not None
            np.testing.assert_array_equal(pane.picture.weights, caption.attention[place])
        await pilot.press("right")  # there is nothing after the end
        assert read_line(pane, "#word-said").startswith("the end: probability 90.0%")
        await pilot.press("home")
        await until(pilot, lambda: pane.place is None)
        assert pane.picture.weights is None
        await pilot.click("#words-view", offset=(5, 0))
        await until(pilot, lambda: pane.place == 1)
        await pilot.press("escape")
        await until(pilot, lambda: pane.place is None)

    run_app(drive, "caption", SIZE)


def test_the_words_are_gone_through_by_themselves() -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: pane.place == 2)
        await pilot.press("escape")
        await pilot.pause(1)
        assert pane.place == 2

    run_app(drive, "caption", SIZE)


def test_scenes_are_gone_through_and_chosen() -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        for key, number in (("n", 8), ("p", 7), ("ctrl+r", 8), ("pageup", 7)):
            await pilot.press(key)
            await until(pilot, lambda number=number: pane.kept.number == number)
            await settle(pilot, pane)
        pane.query_one("#shapes", WordStepper).word = "3"
        await until(pilot, lambda: pane.subject and pane.subject.scene
                    and len(pane.subject.scene.shapes) == 3)  # fmt: skip
        assert pane.query_one("#number", Stepper).value == pane.kept.number
        pane.query_one("#split", WordStepper).word = "pairs"
        await until(pilot, lambda: pane.subject and "of pairs" in pane.subject.name)
        await settle(pilot, pane)
        await pilot.press("f8")
        await until(pilot, lambda: pane.kept.number > 1000)
        await settle(pilot, pane)  # such a scene the stand-in does not know
        await until(pilot, lambda: read_line(pane, "#truth-said").startswith("✗ not true: "))
        assert pane.query_one("#truth-said").has_class("wrong")

    run_app(drive, "caption", SIZE)


def test_another_caption_of_the_beam_is_looked_at() -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        table: DataTable[object] = pane.query_one(DataTable)
        table.focus()
        await pilot.press("down")
        await until(pilot, lambda: pane.index == 1)
        assert pane.said is not None
        words = pane.query_one("#words-view").render()
        assert "there" in str(words)
        pane.query_one("#beam-width", Stepper).value = 1
        await until(pilot, lambda: pane.said and len(pane.said.captions) == 1)
        await settle(pilot, pane)
        assert pane.index == 0

    run_app(drive, "caption", SIZE)


def test_a_captioner_without_attention_says_so() -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        pane.query_one("#captioner", ModelChoice).value = "unseeing"
        await until(pilot, lambda: pane.said and pane.said.model == "unseeing")
        await settle(pilot, pane)
        await pilot.press("right")
        await until(pilot, lambda: "no attention" in read_line(pane, "#look-said"))
        assert pane.picture.weights is None

    run_app(drive, "caption", SIZE)


def test_a_picture_of_the_user_is_described() -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (60, 60), (255, 0, 0)).save("red.png")

    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        pane.kept.path = "red.png"
        pane.look()
        await until(pilot, lambda: pane.subject and pane.subject.name == "red.png")
        await settle(pilot, pane)
        assert read_line(pane, "#truth-said") == ""
        assert "Nobody but you" in str(pane.query_one("#sentences").render())
        await pilot.press("n")  # back to the scenes
        await until(pilot, lambda: pane.subject and pane.subject.scene is not None)

    run_app(drive, "caption", SIZE)


def test_what_is_no_picture_is_said_and_the_one_before_stays() -> None:
    Path("bad.png").write_text("no picture")

    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        before = pane.subject
        pane.kept.path = "bad.png"
        pane.look()
        note = await wait_for_note(pilot)
        assert "bad.png" in note.message
        assert pane.panel("caption").stale
        assert pane.panel("caption").foot == note.message
        assert pane.subject is before

    run_app(drive, "caption", SIZE)


@pytest.mark.parametrize("suffix", ["json", "png"])
def test_the_captions_are_saved(suffix: str) -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await settle(pilot, pane)
        assert await save_as(pilot, suffix) == f"scene-7.{suffix}"
        content = Path(f"scene-7.{suffix}").read_bytes()
        if suffix == "json":
            assert json.loads(content)["captions"][0]["true"]
        else:
            assert content.startswith(b"\x89PNG")

    run_app(drive, "caption", SIZE)


def test_without_a_captioner_the_scene_is_there_and_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("charlm.runs.registry.pretrained", lambda package: Path("nowhere"))

    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await until(pilot, lambda: pane.subject is not None)
        assert "charlm caption train" in read_line(pane, "#truth-said")
        for key in ("right", "n", "ctrl+t", "escape", "ctrl+s"):
            await pilot.press(key)
        note = await wait_for_note(pilot)
        assert note.message == "there is no caption yet"

    run_app(drive, "caption", SIZE)
