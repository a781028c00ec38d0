"""Train: what a person can do there."""

from pathlib import Path

import pytest
from app_helpers import read_line, run_app, until, wait_for_note
from textual.pilot import Pilot
from textual.widgets import Input, Select

from tui.app import CharlmApp
from tui.generate.pane import GeneratePane
from tui.train.curves import Curves
from tui.train.pane import TrainPane

PATIENCE = 90
"""Seconds that a training may take to start, or to save and stop, on a busy machine."""


def test_a_training_is_started_watched_stopped_and_resumed() -> None:
    text = "the cat sat on the mat and the dog ran to the park. " * 400
    Path("pets.txt").write_text(text)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.start()
        (name,) = pane.trainings
        assert pane.chosen == name == "runs/pets"
        log = pane.logs[name]
        await until(pilot, lambda: len(log.train) >= 2, PATIENCE)
        await until(pilot, lambda: "nats" in read_line(pane, "#figures"))
        assert len(pane.query_one(Curves).train) >= 2
        assert pane.list_trainings()
        pane.action_stop()
        await until(pilot, lambda: not pane.list_trainings(), PATIENCE)
        await until(pilot, lambda: log.state == "interrupted")
        step = log.step["step"]
        pane.action_resume()
        await until(pilot, lambda: log.step.get("step", 0) > step, PATIENCE)
        pane.action_stop()
        await until(pilot, lambda: not pane.list_trainings(), PATIENCE)

    run_app(drive, "train")


def test_an_unknown_corpus_is_an_error_message() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "nowhere"
        pane.start()
        note = await wait_for_note(pilot, PATIENCE)
        assert "no file, folder or corpus called 'nowhere'" in note.message
        assert not pane.trainings

    run_app(drive, "train")


@pytest.mark.usefixtures("models")
def test_a_run_is_opened_in_generate(small_models: Path) -> None:
    Path("runs").mkdir()
    Path("runs/mine").symlink_to(small_models / "charlm" / "tiny")

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        await until(pilot, lambda: pane.chosen == "runs/mine")
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.pane, GeneratePane))
        select = app.query_one("#model", Select)
        await until(pilot, lambda: select.value == "runs/mine")

    run_app(drive, "train")
