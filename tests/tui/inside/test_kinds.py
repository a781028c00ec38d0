"""Inside looks at models of every kind: other cells, words of a review, steps of a translation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until, wait_for_note
from hand_built import VOCABULARY
from looking_inside import PAGE, SIZE, Readings, lines, run_loaded
from textual.pilot import Pilot
from tiny_models import write_run

from charlm.config import ModelConfig
from tui.reading import Reading


def open_cells(readings: Readings, shipped: Path, **shape: Any) -> None:
    """Have another pane open a text of a model with other cells."""
    config = ModelConfig(hidden_size=5, embedding_size=4, **shape)
    write_run(shipped / "charlm" / "cells", config=config, vocabulary=VOCABULARY)
    readings.append(Reading("charlm", "cells", PAGE, 10))


def test_a_gru_has_its_own_gates_and_equation(readings: Readings, tmp_path: Path) -> None:
    open_cells(readings, tmp_path / "shipped", cell="gru", num_layers=2)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert "z·h = " in lines(pane, "step")
        assert pane.choices.quantity == "hidden"
        for key, field in (("f", "update"), ("i", "reset"), ("g", "candidate"), ("h", "hidden")):
            await pilot.press(key)
            await until(pilot, lambda field=field: pane.unit_map.quantity == field)
        await pilot.press("o")
        note = await wait_for_note(pilot)
        assert "GRU cells have nothing on the key o" in note.message
        assert pane.unit_map.quantity == "hidden"

    run_loaded(drive)


def test_an_rnn_has_no_gates_and_says_so(readings: Readings, tmp_path: Path) -> None:
    open_cells(readings, tmp_path / "shipped", cell="rnn", num_layers=1)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert "tanh(Wx + b + Uh)" in lines(pane, "step")
        assert "no gates" in lines(pane, "layers")
        assert "no gate that keeps" in lines(pane, "memory")

    run_loaded(drive)


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
        assert 'the word "dull"' in pane.get_panel("step").title
        assert "c = f·c + i·g" in lines(pane, "step")
        assert "What a silenced layer costs" in lines(pane, "layers")
        assert "in words" in lines(pane, "memory")
        assert "positive (" in lines(pane, "card")
        await pilot.press("right", "ctrl+r")
        note = await wait_for_note(pilot)
        assert "writes nothing" in note.message
        assert pane.place == 4

    run_loaded(drive)


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

    run_app(drive, "inside", SIZE)
