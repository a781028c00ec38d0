"""Generate: what is there at the first visit, and what comes back at the next one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from app_helpers import run_app, until, wait_for_note
from textual.pilot import Pilot

from charlm import load
from tui import state
from tui.generate.inside_panel import InsidePanel
from tui.generate.kept import Kept
from tui.generate.next_panel import NextPanel
from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.generate.surprises_panel import SurprisesPanel
from tui.generate.writing_pane import FIRST_LENGTH, FIRST_SEED
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

pytestmark = pytest.mark.usefixtures("models")


async def finish(pilot: Pilot[None], pane: GeneratePane) -> str:
    await until(pilot, lambda: pane.desk.author is not None and not pane.desk.busy)
    author = pane.desk.author
    assert author is not None
    await until(pilot, lambda: pane.desk.view.text == author.manuscript.text)
    return pane.desk.view.text


def test_at_the_first_visit_a_text_is_there_and_what_may_follow(small_models: Any) -> None:
    (state.find_folder() / state.FILE).unlink()
    model = load(str(small_models / "charlm" / "tiny"))

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await until(pilot, lambda: len(pane.desk.view.text) > FIRST_LENGTH)
        text = await finish(pilot, pane)
        prompt = pane.query_one(Prompt).value
        written = model.generate(prompt, length=FIRST_LENGTH, temperature=0.7, seed=FIRST_SEED)
        assert text == prompt + written
        await until(pilot, lambda: pane.query_one(NextPanel).prediction is not None)
        await until(pilot, lambda: pane.query_one(SurprisesPanel).surprises)
        await until(pilot, lambda: pane.query_one(InsidePanel).trace is not None)
        assert pilot.app.focused is pane.query_one(Prompt)
        assert "4" not in pane.about[:4]
        assert pane.about.startswith("tiny · 2×6 LSTM")

    run_app(drive, size=(120, 36))


def test_the_text_comes_back_with_its_endings_and_settings() -> None:
    texts = []

    async def first(pilot: Pilot[None], pane: GeneratePane) -> None:
        await finish(pilot, pane)
        pane.query_one("#length", Stepper).value = 60
        pane.query_one("#pace", Stepper).value = 10_000
        pane.query_one("#wrap", WordStepper).word = "re-flow"
        pane.query_one(Prompt).value = "It was\nso "
        pane.begin()
        texts.append(await finish(pilot, pane))
        pane.desk.view.cursor = 20
        await pilot.press("f7")
        await finish(pilot, pane)
        pane.desk.view.cursor = 33
        await pilot.press("f9")
        texts.append(await finish(pilot, pane))
        await pilot.press("ctrl+q")

    async def second(pilot: Pilot[None], pane: GeneratePane) -> None:
        assert await finish(pilot, pane) == texts[1]
        author = pane.desk.author
        assert author is not None
        assert (pane.desk.view.cursor, author.manuscript.prompt_length) == (33, 10)
        assert pane.query_one(Prompt).value == "It was\nso "
        assert (pane.controls.pace, pane.controls.wrap) == (10_000, "re-flow")
        assert pane.desk.view.colored
        assert pane.desk.view.joined
        assert f"seed {author.manuscript.seed}" in pane.desk.title
        pane.desk.view.focus()
        await pilot.press("left_square_bracket")
        assert await finish(pilot, pane) == texts[0]

    run_app(first)
    assert texts[0] != texts[1]
    run_app(second)


@pytest.mark.wide
@pytest.mark.parametrize("model", ["unlike", "none such"])
def test_a_text_of_a_model_that_is_another_now(model: str) -> None:
    kept = Kept(model, "abc xyz", 3, 5, 0.7, 2, ("abc c",), 0).to_json()
    found = {"panes": {"generate": {"text": kept}}}
    (state.find_folder() / state.FILE).write_text(json.dumps(found))

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await finish(pilot, pane)
        assert text == ("abc " if model == "unlike" else "abc xyz")
        if model == "unlike":
            assert "'xyz'" in (await wait_for_note(pilot)).message
        author = pane.desk.author
        assert author is not None
        assert author.move_ending(1)
        assert author.manuscript.text == "abc c"

    run_app(drive)


@pytest.mark.wide(2)
@pytest.mark.parametrize(
    "text",
    [
        5,
        {"model": "tiny"},
        {"model": "tiny", "text": 4},
        {"model": "tiny", "text": "abc", "prompt_length": -9, "cursor": "x", "seed": []},
        {"model": "tiny", "text": "abc", "endings": [[1]], "at": 99},
        {"model": "tiny", "text": "abc", "endings": [[-4, "bc"], [99, "x"]], "at": 99},
    ],
)
def test_what_was_kept_of_a_text_may_be_damaged(text: Any) -> None:
    found = {"panes": {"generate": {"text": text}}}
    (state.find_folder() / state.FILE).write_text(json.dumps(found))

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        whole = isinstance(text, dict) and text.get("text") == "abc"
        assert await finish(pilot, pane) == ("abc" if whole else "")
        assert not pilot.app._notifications

    run_app(drive)


def test_all_that_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from tiny_models import language_model, random_text

    from tui.generate import kept
    from tui.generate.manuscript import Manuscript

    monkeypatch.setattr(kept, "MOST_ENDINGS", 250)
    made = Manuscript(language_model())
    for _ in made.read(random_text(300)):
        pass
    for number in range(6):
        made.rewrite_from(200)
        for _ in range(100):
            made.add(number)
    found = Kept.of(made, 5)
    assert len(found.endings) == 2
    assert found.at == 2
    again = Kept.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found
