"""Generate: texts of models and temperatures side by side."""

from __future__ import annotations

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Static
from tiny_models import VOCABULARY, language_model, random_text, vocabulary_of

from charlm import load
from tui.generate.comparing import (
    LADDER,
    Opinion,
    Setup,
    choose_next,
    describe_opinions,
    find_disagreement,
    read_all,
    read_by,
)
from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.generate.side import Side
from tui.generate.surprises import mean_bits
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

MODEL = language_model()
OTHER = type(MODEL)("other", MODEL.config, VOCABULARY, language_model(seed=1).network)


def test_one_more_is_another_model_and_then_a_ladder_of_temperatures() -> None:
    first = Setup("a", 0.7)
    second = choose_next([first], ["a", "b", "c"])
    assert second == Setup("b", 0.7)
    assert choose_next([first, second], ["a", "b", "c"]) == Setup("a", LADDER[0])
    alone = [first]
    for _ in range(2):
        alone.append(choose_next(alone, ["a"]))
    assert {one.temperature for one in alone} == {*LADDER}


def test_a_text_is_read_as_it_is_scored() -> None:
    text = random_text(3000)
    wanted = [token.surprisal for token in MODEL.score(text)]
    found = read_by(MODEL, text)
    assert found.surprisals == pytest.approx(wanted, rel=1e-3, abs=1e-4)
    assert found.bits == pytest.approx(mean_bits(found.surprisals))
    (opinions,) = read_all([text], [MODEL, OTHER])
    assert opinions[0].bits == pytest.approx(found.bits)
    assert opinions[1].bits != pytest.approx(found.bits)
    assert read_by(MODEL, "").bits == 0


def test_who_cannot_read_a_text_says_why() -> None:
    few = vocabulary_of("\nab")
    small = type(MODEL)("few", MODEL.config, few, MODEL.network)
    said = read_by(small, "abc d")
    assert (said.bits, said.unknown) == (None, " cd")
    lines = describe_opinions(0, [Opinion(None), said], ["a", "few"])
    assert lines == "A's text as B reads it: it does not know ' cd'"
    assert find_disagreement(read_by(MODEL, "ab"), said) is None


def test_disagreement_goes_from_a_to_b() -> None:
    text = random_text(400)
    one, other = read_by(MODEL, text), read_by(OTHER, text)
    levels, back = find_disagreement(one, other), find_disagreement(other, one)
    assert levels is not None
    assert back is not None
    assert {*levels} == {0, 1, 2, 3, 4}
    assert all(a + b == 4 for a, b in zip(levels, back, strict=True))
    assert {*(find_disagreement(one, one) or b"")} == {2}
    assert one.surprisals is not None
    assert other.surprisals is not None
    assert levels[int((one.surprisals - other.surprisals).argmin())] == 0


async def prepare(pilot: Pilot[None], pane: GeneratePane, prompt: str) -> list[Side]:
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#length", Stepper).value = 50
    pane.query_one("#seed", Stepper).value = 5
    pane.query_one(Prompt).value = prompt
    await pilot.press("ctrl+l")
    await until(pilot, lambda: len(pane.beside.sides) == 2)
    await until(pilot, lambda: pane.beside.opinions)
    return pane.beside.sides


def said_of(side: Side) -> str:
    return str(side.query_one("#opinions", Static).content)


@pytest.mark.usefixtures("models")
def test_two_models_write_from_one_prompt_and_read_each_other(small_models: object) -> None:
    tiny = load(f"{small_models}/charlm/tiny")

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        one, other = await prepare(pilot, pane, "ab ")
        assert [one.setup.model, other.setup.model] == ["tiny", "unlike"]
        assert one.view.text == "ab " + tiny.generate("ab ", length=50, temperature=0.7, seed=5)
        assert other.view.text.startswith("ab ")
        assert len(other.view.text) == 53
        assert "same seed 5" in pane.about
        assert said_of(one).startswith("A's text as B reads it: it does not know")
        assert said_of(other).startswith("B's text as A reads it: ")
        assert said_of(other).endswith(" bits/char")
        assert other.title == "B · unlike · T 0.7"
        assert "bits/char" in other.foot
        await pilot.press("d")
        assert pane.beside.disagreeing
        await until(pilot, lambda: other.view.colored)
        assert not one.view.colored  # B cannot read it
        await pilot.press("escape")
        assert not pane.comparing
        assert pane.about.startswith("tiny")

    run_app(drive, size=(120, 36))


@pytest.mark.usefixtures("models")
def test_one_more_and_other_settings_write_anew() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        one, other = await prepare(pilot, pane, "Once ")
        assert "unknown to unlike: 'Oen'" in next(iter(pilot.app._notifications)).message
        assert other.view.text.startswith("c ")
        pilot.app.clear_notifications()
        before = one.view.text
        other.query_one(WordStepper).word = "tiny"
        await until(pilot, lambda: other.view.text == before and pane.beside.opinions)
        assert said_of(one).startswith("one model reads all")
        await pilot.press("d")
        assert "one model" in next(iter(pilot.app._notifications)).message
        one.view.focus()
        await pilot.press("plus")
        await until(pilot, lambda: len(pane.beside.sides) == 3 and pane.beside.opinions)
        third = pane.beside.sides[2]
        assert third.setup == Setup("tiny", 0.3)
        assert third.view.text != before
        await pilot.press("plus")
        assert len(pane.beside.sides) == 3
        one.query_one(".temperature", Stepper).value = 0.0
        await until(pilot, lambda: one.finished and one.view.text != before)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: pane.beside.opinions)
        for key in ("f7", "ctrl+t", "ctrl+n", "ctrl+z"):  # these are for the one text
            await pilot.press(key)
        assert pane.comparing

    run_app(drive, size=(200, 60))


@pytest.mark.usefixtures("models")
def test_leaving_while_sides_write_stops_them() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        pane.query_one("#pace", Stepper).value = 20
        pane.query_one(Prompt).value = "ab "
        await pilot.press("ctrl+l")
        await until(pilot, lambda: len(pane.beside.sides) == 2)
        await until(pilot, lambda: all(side.author is not None for side in pane.beside.sides))
        authors = [side.author for side in pane.beside.sides]
        await pilot.press("escape")
        await until(pilot, lambda: not pane.beside.sides)
        assert not any(author is not None and author.writer.busy for author in authors)

    run_app(drive)
