"""The model of a run writes after a prompt of the user's, while it is trained and later."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from app_helpers import read_line, run_app, type_text, until, wait_for_note
from textual.pilot import Pilot
from textual.widgets import Input
from tiny_models import vocabulary_of, write_run
from training_logs import write_log

from charlm.language_model import load
from corpora.errors import UserError
from tui.state import FILE, find_folder
from tui.train.own_prompt import LENGTH, OwnPrompt, write_sample
from tui.train.pane import TrainPane
from tui.train.sample_panel import SamplePanel, SampleRoom


def make_run(name: str) -> Path:
    folder = Path("runs") / name
    write_run(folder, vocabulary=vocabulary_of(string.ascii_letters + " .,\n"))
    return write_log(folder, json.loads((folder / "config.json").read_text()))


def test_a_prompt_is_written_on_by_the_model_of_the_run() -> None:
    folder = make_run("mine")
    text = write_sample(folder, "The ", 0.0)
    assert text == "The " + load(str(folder)).generate("The ", length=LENGTH, temperature=0.0)
    assert len(text) == 4 + LENGTH
    with pytest.raises(UserError):
        write_sample(folder, "é", 0.7)


def test_the_panel_shows_it_until_a_pass_is_asked_for() -> None:
    make_run("mine")

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        panel = pane.query_one(SamplePanel)
        await until(pilot, lambda: "pass ◂ 25" in panel.title)
        panel.query_one(Input).focus()
        await until(pilot, lambda: panel.query_one(Input).has_focus)
        await type_text(pilot, "The cat\n")
        await until(pilot, lambda: "Your prompt" in panel.title)
        assert read_line(pane, "#sample").startswith("The cat")
        assert pane.get_state()["own"] == ["The cat", 0.7]
        panel.query_one(Input).value = "\N{SNOWMAN}"
        await pilot.press("enter")
        await wait_for_note(pilot)
        assert read_line(pane, "#sample").startswith("The cat")
        panel.query_one(SampleRoom).focus()
        await until(pilot, lambda: panel.query_one(SampleRoom).has_focus)
        await pilot.press("left")
        await until(pilot, lambda: "pass ◂ 25" in panel.title)

    run_app(drive, "train", (120, 36))


def test_the_next_start_has_the_prompt_again_and_takes_no_nonsense() -> None:
    own = OwnPrompt()
    for nonsense in (None, [], ["x"], [1, 2], {"prompt": "x"}):
        own.restore(nonsense)
        assert (own.prompt, own.temperature) == ("", 0.7)
    own.restore(["The cat", 1.2])
    assert (own.prompt, own.temperature) == ("The cat", 1.2)
    for temperature in ("hot", -1, 1e9, None, True):
        own.restore(["The dog", temperature])
        assert (own.prompt, own.temperature) == ("The dog", 1.2)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        assert pane.get_state()["own"] == ["The dog", 0.5]
        assert pane.query_one("#own-prompt", Input).value == "The dog"

    state = {"pane": "train", "panes": {"train": {"own": ["The dog", 0.5]}}}
    find_folder().mkdir(parents=True, exist_ok=True)
    (find_folder() / FILE).write_text(json.dumps(state))
    run_app(drive, "train", (120, 36))
