"""Train: what a person can do there."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from app_helpers import read_line, run_app, until, wait_for_note
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Select
from tiny_models import write_run

from charlm.runs.run_folder import RunFolder
from tui.app import CharlmApp
from tui.generate.pane import GeneratePane
from tui.train.field import SettingField
from tui.train.following import READ_FOR
from tui.train.log import RunLog
from tui.train.loss_chart import LossChart
from tui.train.pane import TrainPane
from tui.train.runs_table import RunsTable


async def type_into(pilot: Pilot[None], pane: TrainPane, name: str, typed: str) -> SettingField:
    """Type a value into the field of a setting, which a paste does at once."""
    field = pane.query_one(f"#set-{name}", SettingField)
    field.focus()
    await until(pilot, lambda: field.has_focus)
    field.post_message(Paste(typed))
    await until(pilot, lambda: field.value == typed[:400])
    return field


async def open_runs(pilot: Pilot[None], pane: TrainPane) -> RunsTable:
    """Move the focus to the table of runs, which is a tab in a narrow window."""
    await pilot.press("alt+2")
    table = pane.query_one(RunsTable)
    table.focus()
    await until(pilot, lambda: table.has_focus)
    return table


PATIENCE = 90
"""Seconds that a training may take to start, or to save and stop, on a busy machine."""


def test_a_training_is_started_watched_stopped_and_resumed() -> None:
    text = "the cat sat on the mat and the dog ran to the park. " * 400
    Path("pets.txt").write_text(text)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.start()
        (name,) = pane.trainings.by_name
        assert pane.chosen == name == "runs/pets"
        log = pane.logs[name]
        await until(pilot, lambda: len(log.train) >= 2, PATIENCE)
        await until(pilot, lambda: "nats" in read_line(pane, "#figures"))
        assert len(pane.query_one(LossChart).train) >= 2
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
        assert not pane.trainings.by_name
        await until(pilot, lambda: pane.chosen is None)
        assert read_line(pane, "#figures") == "no run is chosen"
        assert not list(Path().glob("runs/*"))

    run_app(drive, "train")


@pytest.mark.usefixtures("models")
def test_a_run_is_opened_in_generate(small_models: Path) -> None:
    Path("runs").mkdir()
    Path("runs/mine").symlink_to(small_models / "charlm" / "tiny")

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        await until(pilot, lambda: pane.chosen == "runs/mine")
        await open_runs(pilot, pane)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.pane, GeneratePane))
        select = app.query_one("#model", Select)
        await until(pilot, lambda: select.value == "runs/mine")

    run_app(drive, "train")


@pytest.mark.wide(2)
@pytest.mark.parametrize("minutes", ["-", ".", "-1", "1e999", "nan", "9" * 400, "e"])
def test_minutes_that_are_no_number_are_an_error_message(minutes: str) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        field = await type_into(pilot, pane, "max_minutes", minutes)
        assert "minutes must" in field.wrong  # before the start
        assert "minutes must" in read_line(pane, "#hint")
        pane.start()
        assert "minutes must" in (await wait_for_note(pilot)).message
        assert not pane.trainings.by_name
        assert not Path("runs").exists()
        assert field.value == minutes[:400]

    run_app(drive, "train")


@pytest.mark.wide(2)
@pytest.mark.parametrize(
    "corpus",
    ["a\0b", "\ud800", "x" * 300, "é" * 300, "-", "--help", "x" * 200_000],
    ids=["nul", "surrogate", "300", "wide", "dash", "option", "long"],
)
def test_a_corpus_that_cannot_be_is_an_error_message(corpus: str) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = corpus
        pane.start()
        note = await wait_for_note(pilot, PATIENCE)
        assert note.severity == "error"
        assert not pane.list_trainings()
        await until(pilot, lambda: not list(Path().glob("runs/*")))  # and nothing is left behind
        assert pane.query_one("#corpus", Input).value == corpus

    run_app(drive, "train")


def test_two_clicks_start_one_training() -> None:
    Path("pets.txt").write_text("the cat sat on the mat and the dog ran to the park. " * 400)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        await pilot.click("#start", times=2)
        await pilot.click("#start")
        await pilot.pause()
        (training,) = pane.list_trainings()
        await until(pilot, lambda: training.has_logged, PATIENCE)
        await pilot.click("#start")  # on purpose
        await until(pilot, lambda: len(pane.list_trainings()) == 2)
        for one in pane.list_trainings():
            await until(pilot, lambda one=one: one.has_logged, PATIENCE)
            one.stop()
        await until(pilot, lambda: not pane.list_trainings(), PATIENCE)

    run_app(drive, "train")


def test_a_training_that_was_killed_says_so() -> None:
    Path("pets.txt").write_text("the cat sat on the mat and the dog ran to the park. " * 400)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.start()
        (training,) = pane.list_trainings()
        await until(pilot, lambda: training.has_logged, PATIENCE)
        training._process.kill()
        note = await wait_for_note(pilot, PATIENCE)
        assert (note.title, note.severity) == ("pets", "error")
        assert note.message == "the training was ended by the system (signal 9)"

    run_app(drive, "train")


def test_a_second_stop_does_not_abort_the_save(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pets.txt").write_text("the cat sat on the mat and the dog ran to the park. " * 400)
    sent: list[int] = []

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.start()
        (training,) = pane.list_trainings()
        await until(pilot, lambda: training.has_logged, PATIENCE)
        send = training._process.send_signal
        monkeypatch.setattr(
            training._process, "send_signal", lambda number: sent.append(number) or send(number)
        )
        for _ in range(3):
            pane.action_stop()
        for one in pane.list_trainings():
            one.stop()  # as quitting does
        await until(pilot, lambda: not pane.list_trainings(), PATIENCE)
        await until(pilot, lambda: pane.logs["runs/pets"].state == "interrupted")
        assert not [one for one in pilot.app._notifications if one.severity == "error"]

    run_app(drive, "train")
    assert sent == [signal.SIGINT]


def test_a_training_is_running_while_it_holds_its_lock() -> None:
    run = RunFolder(write_run(Path("runs/slow")))
    log = run.path / "metrics.jsonl"
    log.write_text('{"event": "started", "parameters": 5}\n')
    os.utime(log, (0, 0))

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        def read_state() -> str:
            pane.list_runs()
            return str(pane.query_one(DataTable).get_cell("runs/slow", "state")).strip()

        assert read_state() == "stopped"
        with run.locked():
            assert read_state() == "training"
            pane.choose("runs/slow")
            assert "runs/slow: training" in read_line(pane, "#figures")
        assert read_state() == "stopped"
        with run.locked():  # asking has not kept the lock
            pass
        (run.path / ".lock").unlink()
        (run.path / ".lock").symlink_to("nowhere")
        assert read_state() == "stopped"
        assert not Path("runs/slow/nowhere").exists()

    run_app(drive, "train")


def test_a_run_that_is_removed_is_shown_no_more() -> None:
    run = write_run(Path("runs/mine"))
    (run / "metrics.jsonl").write_text(
        '{"event": "evaluated", "epoch": 0.5, "loss": 1.5}\n{"event": "sampled", "text": "abc"}\n'
    )

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: read_line(pane, "#sample") == "abc")
        run.rename("elsewhere")
        pane.list_runs()
        assert pane.chosen is None
        assert read_line(pane, "#figures") == "no run is chosen"
        assert read_line(pane, "#sample") == ""
        assert not pane.query_one(LossChart).validation
        Path("elsewhere").rename(run)
        pane.list_runs()
        assert pane.chosen == "runs/mine"

    run_app(drive, "train")


def test_many_logs_block_no_key() -> None:
    line = {"event": "step", "train_loss": 1.5, "units_per_second": 5.0}
    line |= {"gradient_norm": 1.0, "remaining": 1.0}
    log = "".join(
        json.dumps({**line, "step": step, "epoch": step}) + "\n" for step in range(1, 1500)
    )
    for number in range(40):
        run = write_run(Path(f"runs/run-{number}"))
        (run / "metrics.jsonl").write_text(log)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        def count() -> list[int]:
            return [len(log.train) for log in pane.logs.values()]

        await until(pilot, lambda: count() == [1499] * 40)
        for run in pane.runs.by_name.values():
            run.log = RunLog(run.folder)
        turns = 0
        while count() != [1499] * 40:  # in parts, whatever a part takes on a busy machine
            before = sum(count())
            pane.runs.read_for(READ_FOR)
            assert sum(count()) - before < 40 * 1499 / 4
            turns += 1
        assert turns > 4

    run_app(drive, "train")
