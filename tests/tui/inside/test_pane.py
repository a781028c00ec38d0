"""The pane Inside, driven by keys: what another pane has open, unit by unit and step by step."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until, wait_for_note
from hand_built import COUNTER, QUOTE, VOCABULARY, quoted_text
from textual.pilot import Pilot
from textual.widgets import Input, OptionList
from tiny_models import write_run

from charlm.config import ModelConfig
from tui.app import CharlmApp
from tui.inside.cards import name_long
from tui.inside.unit_map import UnitMap
from tui.reading import Reading

PAGE = quoted_text(900)
Readings = list[Reading | None]


def read(readings: Readings, text: str = PAGE, position: int = 100) -> None:
    readings.append(Reading("charlm", "built", text, position))


async def loaded(pilot: Pilot[None], pane: Any) -> None:
    """Wait until all that is computed of the text is there."""
    await until(pilot, lambda: pane.findings and pane.losses is not None)
    await until(pilot, lambda: pane.query_one("#find").ranking)


def lines(pane: Any, name: str) -> str:
    """Return what a panel says."""
    drawn = pane.get_lines(name).lines
    return str(drawn.draw(60).plain)


def test_without_a_text_there_is_an_example(readings: Readings) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        assert "an example" in pane.about
        assert "unknown left out" in pane.about  # the model built by hand knows 12 characters
        assert pane.unit_map.has_focus

    run_app(drive, "inside", (120, 36))


def test_the_cursor_moves_through_the_text_and_the_units(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        assert (pane.place, pane.unit_map.place) == (100, 100)
        await pilot.press("right", "right", "left", "down")
        await until(pilot, lambda: pane.get_lines("step").lines.draw(60).plain)
        assert pane.place == 101
        assert pane.choices.unit == pane.unit_map.units[pane.unit_map.units.index(pane.chosen[1])]
        await pilot.press("end")
        await until(pilot, lambda: pane.sight.end == len(PAGE) and pane.place == len(PAGE) - 1)
        await pilot.press("home")
        await until(pilot, lambda: pane.sight.start == 0 and pane.place == 0)
        await until(pilot, lambda: "c = f·c + i·g" in lines(pane, "step"))

    run_app(drive, "inside", (120, 36))


def test_keys_choose_layer_field_and_order(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        pane.choices.layer = 0
        for key, field in zip(
            "chifog", ["cell", "hidden", "input", "forget", "output", "candidate"], strict=True
        ):
            await pilot.press(key)
            await until(pilot, lambda field=field: pane.unit_map.quantity == field)
        title = str(pane.query_one("#units").border_title)
        assert "candidate g" in title
        assert "layer 1 of 2" in title
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: pane.unit_map.depth == 1)
        await pilot.press("right_square_bracket", "left_square_bracket")
        await until(pilot, lambda: pane.unit_map.depth == 0)
        await pilot.press("s")
        await until(pilot, lambda: list(pane.unit_map.units) == list(range(12)))

    run_app(drive, "inside", (120, 36))


def test_a_gru_has_its_own_gates_and_equation(readings: Readings, tmp_path: Path) -> None:
    config = ModelConfig(cell="gru", hidden_size=5, num_layers=2, embedding_size=4)
    write_run(tmp_path / "shipped" / "charlm" / "gated", config=config, vocabulary=VOCABULARY)
    readings.append(Reading("charlm", "gated", PAGE, 10))

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        assert "z·h = " in lines(pane, "step")
        assert pane.choices.quantity == "hidden"
        for key, field in (("f", "update"), ("i", "reset"), ("g", "candidate"), ("h", "hidden")):
            await pilot.press(key)
            await until(pilot, lambda field=field: pane.unit_map.quantity == field)
        await pilot.press("o")
        note = await wait_for_note(pilot)
        assert "GRU cells have nothing on the key o" in note.message
        assert pane.unit_map.quantity == "hidden"

    run_app(drive, "inside", (120, 36))


def test_a_unit_of_the_model_before_is_not_looked_at(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        before = pane.chosen
        # Moved while a model with more units was there, and handled after it.
        pane.unit_map.post_message(UnitMap.Moved(pane.place + 1, 12))
        await pilot.pause()
        assert pane.chosen == before
        place = pane.place
        await pilot.press("right")
        await until(pilot, lambda: pane.place == place + 1)

    run_app(drive, "inside", (120, 36))


def test_an_rnn_has_no_gates_and_says_so(readings: Readings, tmp_path: Path) -> None:
    config = ModelConfig(cell="rnn", hidden_size=5, num_layers=1, embedding_size=4)
    write_run(tmp_path / "shipped" / "charlm" / "plain", config=config, vocabulary=VOCABULARY)
    readings.append(Reading("charlm", "plain", PAGE, 10))

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        assert "tanh(Wx + b + Uh)" in lines(pane, "step")
        assert "no gates" in lines(pane, "layers")
        assert "no gate that keeps" in lines(pane, "memory")

    run_app(drive, "inside", (120, 36))


def test_the_card_says_what_the_quote_unit_does(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        assert pane.chosen == QUOTE  # the first visit begins with what follows quotes best
        card = lines(pane, "card")
        assert "high in" in card
        assert "low in" in card
        assert "quotes" in card.split("goes with")[1].split("\n")[0]
        assert "pushes" in card
        assert "Unit 003 · layer 1" in pane.get_panel("card").title

    run_app(drive, "inside", (120, 36))


def test_a_pinned_unit_stays_in_the_step_and_in_the_state(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        first = pane.unit_map.units[0] == QUOTE[1]
        await pilot.press("p", "down" if first else "up")
        await until(pilot, lambda: pane.chosen != QUOTE)
        await until(pilot, lambda: name_long(QUOTE) in lines(pane, "step"))
        assert pane.choices.pins == [("built", *QUOTE)]
        pilot.app.save_state()

    app = run_app(drive, "inside", (120, 36))
    assert app.state.get_pane("inside")["pins"] == [["built", *QUOTE]]

    async def again(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        assert pane.choices.pins == [("built", *QUOTE)]
        assert pane.chosen != QUOTE  # the last one chosen

    run_app(again, "inside", (120, 36))


def test_a_feature_or_a_pattern_finds_units(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        find = pane.query_one("#find")
        find.query_one("#feature").word = "line"
        await until(pilot, lambda: find.ranking.name == "line")
        assert find.ranking.fits[0].unit == COUNTER
        find.query_one("#ranking", OptionList).focus()
        await pilot.press("home", "enter")
        await until(pilot, lambda: pane.chosen == COUNTER)
        await pilot.press("slash")
        await until(pilot, lambda: find.query_one("#pattern", Input).has_focus)
        await pilot.press(*"a=ab", "enter")
        await until(pilot, lambda: find.ranking.name == "a")
        assert len(find.ranking.fits) == 24
        await pilot.press("backspace", *"(", "enter")
        await until(pilot, lambda: find.ranking is None)
        assert "regular expression" in str(find.query_one("#found").content)
        await pilot.press("escape")
        await until(pilot, lambda: pane.unit_map.has_focus)
        pilot.app.save_state()

    app = run_app(drive, "inside", (120, 36))
    assert app.state.get_pane("inside")["pattern"] == "a=a("


def test_a_unit_is_held_and_the_text_goes_on_twice(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        hold = pane.query_one("#hold")
        hold.field.value = "9"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(hold.free) == 160)
        assert hold.free == pane.subject.model.generate(
            PAGE[:101], length=160, temperature=0.7, seed=1
        )
        assert len(hold.held) == 160
        assert hold.value_of == f"held 1.{QUOTE[1]}.cell=9"
        hold.field.focus()
        await pilot.press("up")
        assert hold.field.value == "9.5"
        await until(pilot, lambda: pane.choices.value == "9.5")
        pilot.app.save_state()

    app = run_app(drive, "inside", (120, 36))
    assert app.state.get_pane("inside")["value"] == "9.5"


@pytest.mark.wide(2)
@pytest.mark.parametrize("typed", ["", "-", ".", "nan", "9" * 12, "1e12"])
def test_what_cannot_be_held_is_said(readings: Readings, typed: str) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        pane.query_one("#hold").field.value = typed
        await pilot.press("ctrl+r")
        await until(pilot, lambda: pilot.app._notifications)
        assert not pane.writing

    run_app(drive, "inside", (120, 36))


def test_layers_and_memory_are_measured(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        shown = lines(pane, "layers")
        assert "nats lost" in shown
        assert all(f"{loss.increase:.2f}" in shown for loss in pane.losses)
        assert "f " in shown
        memory = lines(pane, "memory")
        assert "in characters" in memory
        assert "W_hh" in memory
        assert "near in the embedding" in memory

    run_app(drive, "inside", (120, 36))


def test_it_follows_the_text_of_another_pane(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        read(readings, position=120)
        await until(pilot, lambda: pane.place == 120)
        read(readings, PAGE + "abc", 902)
        await until(pilot, lambda: pane.sight.total == 903 and pane.place == 902)
        read(readings, "fed a bad cab ", 3)
        await until(pilot, lambda: pane.sight.total == 14)
        await until(pilot, lambda: not pane.get_panel("card").stale)
        await pilot.press("f8")
        await until(pilot, lambda: "an example" in pane.about)
        await pilot.press("f8")
        await until(pilot, lambda: "the text of Generate" in pane.about)

    run_app(drive, "inside", (120, 36))


@pytest.mark.usefixtures("models")
def test_its_cursor_moves_the_one_of_the_other_pane() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None and not pane.desk.busy)
        await until(pilot, lambda: len(pane.desk.view.text) > 200)
        pane.desk.view.cursor = 120
        await pilot.press("f6")
        await until(pilot, lambda: pilot.app.focused in pilot.app.query("UnitMap"))
        inside: Any = await pilot.app.get_pane("inside")  # type: ignore[attr-defined]
        await until(pilot, lambda: inside.sight is not None and inside.place == 120)
        await pilot.press(*["right"] * 6, "left")
        await until(pilot, lambda: pane.desk.view.cursor == 125)
        assert inside.place == 125
        await until(pilot, lambda: not inside._sent)
        pane.desk.view.cursor = 90
        await until(pilot, lambda: inside.place == 90)

    run_app(drive, "generate", (120, 36))


def test_a_text_that_cannot_be_read_is_said(readings: Readings) -> None:
    read(readings, "ÄÖÜ", 0)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        trouble = pane.query_one("#trouble")
        await until(pilot, lambda: "no character" in str(trouble.content))
        assert trouble.display
        read(readings)
        await until(pilot, lambda: pane.sight is not None)
        await until(pilot, lambda: not trouble.display)
        readings.append(Reading("charlm", "gone", PAGE, 0))
        await until(pilot, lambda: "no model 'gone'" in str(trouble.content))
        assert pane.get_panel("units").stale

    run_app(drive, "inside", (120, 36))


def test_escape_stops_what_works(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from tui.inside import characters

    def slow(*args: Any, progress: Any, **options: Any) -> Any:
        for _ in range(3000):
            time.sleep(0.01)
            progress(1)

    monkeypatch.setattr(characters, "measure_losses", slow)
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        panel = pane.get_panel("layers")
        await until(pilot, lambda: "silencing" in str(panel.border_subtitle))
        await pilot.press("escape")
        await until(pilot, lambda: panel.work is None)
        await asyncio.sleep(0.05)
        assert pane.losses is None
        assert not pilot.app._notifications

    run_app(drive, "inside", (120, 36))


def test_clicks_choose_steps_units_and_layers(readings: Readings) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        shown = pane.unit_map
        place, unit = shown.columns.left + 3, shown.units[shown.top + 2]
        await pilot.click(shown, (shown.margin + 6, 3))
        await until(pilot, lambda: pane.chosen[1] == unit)
        assert pane.place == place
        place = shown.columns.left
        await pilot.click(shown, (shown.margin, 0))
        await until(pilot, lambda: pane.place == place)

    run_app(drive, "inside", (120, 36))


@pytest.mark.wide(2)
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36), (200, 60), (20, 5)])
def test_every_size_can_be_used(readings: Readings, size: tuple[int, int]) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        await pilot.press("right", "down", "]", "h", "alt+2", "alt+5", "alt+7")
        pilot.app.screen.query_one("#units").focus()
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert pane.sight is not None

    run_app(drive, "inside", size)


def test_damaged_state_is_no_matter(readings: Readings) -> None:
    read(readings)
    damaged = {
        "layer": -3, "unit": "x", "quantity": 5, "order": [], "pins": [["a"], [1, 2, 3], 7,
        ["built", 99, 99]], "pattern": None, "value": 4, "feature": {},
    }  # fmt: skip

    async def run() -> None:
        app = CharlmApp()
        app.state.pane = app.active = "inside"
        app.state.panes["inside"] = damaged
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.pane is not None)
            await loaded(pilot, app.pane)

    asyncio.run(run())


def open_kind(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    """Have the pane find and open a model of another kind."""
    monkeypatch.setattr("tui.models.find_model", lambda name: Path(name))
    monkeypatch.setattr("tui.inside.opening.load_model", lambda kind, path: model)


def test_words_of_a_review_are_looked_at(
    readings: Readings, classifier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_kind(monkeypatch, classifier)
    text = "The plot is dull, and the ending good. The cast is superb. A good cast is dull."
    readings.append(Reading("classifier", "small", text, 3))

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        assert 'the word "dull"' in pane.get_panel("step").title
        assert "c = f·c + i·g" in lines(pane, "step")
        assert "What a silenced layer costs" in lines(pane, "layers")
        assert "in words" in lines(pane, "memory")
        assert "positive (" in lines(pane, "card")
        await pilot.press("right", "ctrl+r")
        note = await wait_for_note(pilot)
        assert "writes nothing" in note.message
        assert pane.place == 4

    run_app(drive, "inside", (120, 36))


def test_steps_of_a_translation_are_looked_at(
    readings: Readings, translator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_kind(monkeypatch, translator)
    readings.append(Reading("translator", "small", "jump left twice", 0))

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.findings)
        assert pane.get_panel("step").title.startswith("This step · step 1: ")
        assert "c = f·c + i·g" in lines(pane, "step")
        assert "in steps" in lines(pane, "memory")
        readings.append(Reading("translator", "small", "jump up", 0))
        trouble = pane.query_one("#trouble")
        await until(pilot, lambda: "'up'" in str(trouble.content))

    run_app(drive, "inside", (120, 36))


@pytest.mark.wide
@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_map_is_saved_as_a_picture(readings: Readings, form: str) -> None:
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: pilot.app.screen.query(f"#{form}"))
        await pilot.click(f"#{form}")
        await until(pilot, lambda: pilot.app.screen.query("Ask Input"))
        await pilot.press("enter")
        await until(pilot, lambda: Path(f"inside-1-cell.{form}").exists())

    run_app(drive, "inside", (120, 36))
    begins = {"png": b"\x89PNG", "svg": b"<?xml"}[form]
    assert Path(f"inside-1-cell.{form}").read_bytes().startswith(begins)


def test_without_colours_signs_and_the_cursor_are_seen(
    readings: Readings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    read(readings)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await loaded(pilot, pane)
        rows = [pane.unit_map.render_line(y) for y in range(1, 13)]
        assert any("\N{MINUS SIGN}" in row.text for row in rows)
        assert sum(row.text.startswith("▸") for row in rows) == 1
        assert any(one.style and one.style.reverse for row in rows for one in row)

    run_app(drive, "inside", (120, 36))
