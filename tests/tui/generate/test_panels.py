"""Generate: the panels beside the text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import OptionList, Static
from tiny_models import language_model, random_text
from writing import write

from charlm import load
from charlm.inside import trace
from tui.generate.candidate_bars import CUT, HEADING, CandidateBars
from tui.generate.inside_panel import InsidePanel
from tui.generate.manuscript import Manuscript
from tui.generate.next_panel import NextPanel
from tui.generate.pane import GeneratePane
from tui.generate.surprises_panel import SurprisesPanel
from tui.generate.unit_strip import choose_window, find_window, trace_window
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

pytestmark = pytest.mark.usefixtures("models")


def test_bars_show_what_is_sampled_and_where_it_is_cut() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await write(pilot, pane)
        bars, panel = pane.query_one(CandidateBars), pane.query_one(NextPanel)
        await until(pilot, lambda: len(bars.bars) == 10)
        assert bars.list_lines()[0] == HEADING
        pane.query_one("#temperature", Stepper).value = 1.0
        await until(pilot, lambda: bars.drawn == pytest.approx([b.share for b in bars.bars]))
        pane.query_one("#top_k", Stepper).value = 4
        await until(pilot, lambda: sum(share > 0 for share in bars.drawn) == 4)
        assert sum(bars.drawn) == pytest.approx(1)
        assert bars.list_lines().index(CUT) == 5
        picture = pilot.app.export_screenshot()
        assert "top-k" in picture
        assert bars.heading == "as sampled, T 1 k 4"
        assert "entropy" in panel.foot
        assert panel.title.startswith("Next character · after")
        await pilot.press("left")
        await until(pilot, lambda: panel.title.startswith("At the cursor"))
        assert "surprise" in panel.foot

    run_app(drive, size=(120, 40))


def test_the_inside_strip_follows_the_cursor(small_models: object) -> None:
    model = load(f"{small_models}/charlm/tiny")

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane, 500)
        panel = pane.query_one(InsidePanel)
        for cursor in (490, 300, 2):
            pane.desk.view.cursor = cursor

            def follows(cursor: int = cursor) -> bool:
                return panel.trace is not None and panel.trace.window.cursor == cursor

            await until(pilot, follows)
            assert panel.trace is not None
            window = panel.trace.window
            assert window.start <= cursor < window.end
            wanted = trace(model, text[: window.end])
            for field, values in panel.trace.fields.items():
                part = wanted.fields[field][window.start : window.end]
                np.testing.assert_allclose(values, part, rtol=1e-3, atol=1e-4)
        shown = str(panel.query_one("#strip", Static).content)
        assert "gates open    f " in shown
        assert "|h| by layer" in shown
        panel.query_one("#field", WordStepper).word = "forget"
        panel.query_one("#layer", Stepper).value = 1
        await until(pilot, lambda: str(panel.query_one("#strip", Static).content) != shown)

    run_app(drive, size=(120, 36))


def test_a_part_of_a_text_has_the_cursor_in_it() -> None:
    for length in (1, 5, 300):
        for cursor in {0, length // 2, length - 1}:
            start, end = choose_window(cursor, length, 16)
            assert start <= cursor < end
            assert end - start == min(16, length)
    made = Manuscript(language_model())
    assert find_window(made.list_pages(), 0, 16) is None
    for _ in made.read(random_text(520)):
        pass
    window = find_window(made.list_pages(), 520, 16)
    assert window is not None
    assert (window.start, window.end, window.cursor) == (504, 520, 519)
    found = trace_window(made.model.network, "lstm", window)
    strip = found.cut(1, "cell", 3)
    assert strip.values.shape == (16, 3)
    assert abs(strip.values).max() == pytest.approx(1)
    assert strip.sizes.shape == (4, 2)
    assert {*strip.gates} == {"forget", "input", "output"}


def test_surprises_are_gone_through() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        await write(pilot, pane, 300)
        panel = pane.query_one(SurprisesPanel)
        await until(pilot, lambda: panel.surprises and not panel.stale)
        bits = [one.bits for one in panel.surprises]
        assert bits == sorted(bits, reverse=True)
        words = panel.query_one(OptionList)
        for key, number in (("n", 0), ("n", 1), ("n", 2), ("N", 1)):
            await pilot.press(key)
            await until(pilot, lambda n=number: pane.desk.view.cursor == panel.surprises[n].start)
            assert words.highlighted == number
        words.focus()
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: pane.desk.view.cursor == panel.surprises[3].start)

    run_app(drive, size=(120, 36))


def test_what_was_expected_long_ago_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.generate.manuscript.MOST_ROW_BYTES", 1)

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        text = await write(pilot, pane, 1500)
        author, panel = pane.desk.author, pane.query_one(NextPanel)
        assert author is not None
        assert author.manuscript.find_logits(100) is None
        pane.desk.view.cursor = 100
        await until(pilot, lambda: not panel.stale and panel.prediction is not None)
        await until(
            pilot,
            lambda: (
                panel.prediction is not None
                and panel.prediction.there is not None
                and panel.prediction.there.symbol == text[100]
            ),
        )

    run_app(drive)


def test_the_pane_inside_gets_the_text_and_the_cursor() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        assert pane.get_reading() is None
        text = await write(pilot, pane)
        pane.desk.view.cursor = 7
        reading = pane.get_reading()
        assert reading is not None
        assert (reading.kind, reading.model) == ("charlm", "tiny")
        assert (reading.text, reading.position) == (text, 7)

    run_app(drive)


def test_units_that_are_pinned_inside_stand_first_in_the_strip() -> None:
    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        app: Any = pilot.app
        panel = pane.query_one(InsidePanel)
        await write(pilot, pane)
        await until(pilot, lambda: panel.trace is not None)
        layer = int(panel.query_one("#layer", Stepper).value or 1) - 1
        inside = await app.get_pane("inside")

        def read_first() -> str:
            return str(panel.query_one("#strip", Static).content).split("\n")[1]

        for unit in range(3):
            inside.choices.toggle_pin(("tiny", layer, unit))
            inside.post_message(inside.Pinned(inside.choices.pins))
            await until(pilot, lambda unit=unit: "●" in str(panel.query_one("#strip").content))
            assert read_first()[:3] in {f"{pinned:03d}" for pinned in range(unit + 1)}
            assert read_first()[3] == "●"

    run_app(drive, size=(120, 36))
