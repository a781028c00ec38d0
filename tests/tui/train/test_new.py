"""The form of a new training: values, errors at the field, the command, where it comes from."""

from __future__ import annotations

import shlex
from pathlib import Path

from app_helpers import read_line, run_app, until
from filling import SIZE, Started, choose_task, find, focus, set_field
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input
from training_logs import make_config, write_log

from tui.train.field import SettingField
from tui.train.new_panel import NewPanel
from tui.train.pane import TrainPane
from tui.widgets.panel import Panel


def test_a_first_visit_is_ready_to_start(started: Started) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: pane.query_one("#corpus", Input).has_focus)
        assert "sample --preset tiny --out runs/sample" in read_line(pane, "#command-line")
        assert "is drawn here" in str(pane.chart.render())
        new = pane.query_one(NewPanel)
        await until(pilot, lambda: "parameters" in new.foot)
        assert new.foot == "≈ 1:13 (measured) · 149k parameters"
        assert "symbols" in read_line(pane, "#data")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: pane.chosen == "runs/sample")
        assert "it is read first" not in str(pane.chart.render())
        assert "nothing has been logged yet" in str(pane.chart.render())

    run_app(drive, "train", SIZE)
    assert started == [["charlm.train", "sample", "--preset", "tiny", "--out", "runs/sample"]]


def test_values_are_stepped_typed_and_pasted(started: Started) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        field = await set_field(pilot, pane, "hidden_size", "right")
        assert field.value == "128"
        await pilot.press("9", "0")
        assert field.value == "90"
        await pilot.press("backspace")
        assert field.value == "9"
        await pilot.press("delete")
        assert field.value == "96"
        await pilot.press("left", "left")
        assert field.value == "48"
        assert "Units in each recurrent layer" in read_line(pane, "#hint")
        await set_field(pilot, pane, "cell", "g")
        assert find(pane, "cell").value == "gru"
        await focus(pilot, pane, "learning_rate")
        find(pane, "learning_rate").post_message(Paste("3e-3\nmore"))
        await until(pilot, lambda: find(pane, "learning_rate").value == "3e-3")
        await pilot.press("down")
        await until(pilot, lambda: find(pane, "batch_size").has_focus)
        await pilot.press("ctrl+r")

    run_app(drive, "train", SIZE)
    (words,) = started
    assert shlex.join(words[4:-2]) == "--hidden-size 48 --cell gru --learning-rate 0.003"


def test_a_wrong_value_is_said_at_its_field_and_nothing_starts(started: Started) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        field = await set_field(pilot, pane, "dropout", "2")
        assert field.wrong == "dropout must lie between 0 and 0.95, not 2.0"
        assert "!" in str(field.render())
        assert read_line(pane, "#hint") == f"! {field.wrong}"
        await focus(pilot, pane, "seed")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: field.has_focus)  # it goes to what is wrong
        assert not Path("runs").exists()
        await pilot.press("delete")
        assert field.wrong == ""

    run_app(drive, "train", SIZE)
    assert started == []


def test_all_settings_unfold_with_their_help() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        assert not pane.query("#set-patience")
        pane.query_one("#unfold").focus()
        await pilot.press("enter")
        await until(pilot, lambda: len(pane.query("#set-tensorboard")) == 1)
        shown = {field.setting.name for field in pane.query(SettingField)}
        assert set(pane.forms.current.task.settings) <= shown
        await focus(pilot, pane, "encoding")
        for key in ("l", "a", "t", "i", "n", "1"):
            await pilot.press(key)
        assert "--encoding latin1" in read_line(pane, "#command-line")
        assert "Character encoding" in read_line(pane, "#hint")

    run_app(drive, "train", SIZE)


def test_the_command_goes_to_the_clipboard() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "my text.txt"
        await until(pilot, lambda: "'my text.txt'" in read_line(pane, "#command-line"))
        await pilot.click("#copy")
        await until(pilot, lambda: pilot.app.clipboard)
        words = shlex.split(pilot.app.clipboard)
        assert words[:3] == ["charlm", "train", "my text.txt"]

    run_app(drive, "train", SIZE)


def test_a_model_to_begin_with_gives_the_shape() -> None:
    write_log(Path("runs/old"))
    Path("runs/old/model.safetensors").write_bytes(b"")

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane._take_models({"runs/old": "charlm", "runs/other": "classifier"})
        assert find(pane, "begin").choices == ("nothing", "runs/old")
        await set_field(pilot, pane, "begin", "right")
        assert "--init-from runs/old" in read_line(pane, "#command-line")
        assert find(pane, "hidden_size").given
        assert "as the model has it" in str(find(pane, "hidden_size").render())
        assert not find(pane, "dropout").given

    run_app(drive, "train", SIZE)


def test_the_form_comes_back_at_the_next_start() -> None:
    async def fill(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.query_one("#run-name", Input).value = "mine"
        await set_field(pilot, pane, "num_layers", "3")
        await set_field(pilot, pane, "seed", "minus")
        pilot.app.save_state()  # type: ignore[attr-defined]

    async def look(pilot: Pilot[None], pane: TrainPane) -> None:
        assert pane.query_one("#corpus", Input).value == "pets.txt"
        assert pane.query_one("#run-name", Input).value == "mine"
        assert find(pane, "num_layers").value == "3"
        assert find(pane, "seed").value == "-"  # what was typed, as it was typed
        assert find(pane, "seed").wrong

    run_app(fill, "train", SIZE)
    run_app(look, "train", SIZE)


def test_enter_on_a_run_puts_its_settings_into_the_form() -> None:
    config = make_config(num_layers=3, learning_rate=0.004, epochs=7)
    config["corpus"]["spec"] = "other.txt"
    write_log(Path("runs/mine"), config)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#table").focus()
        await pilot.press("enter")
        await until(pilot, lambda: pane.query_one("#corpus", Input).value == "other.txt")
        assert find(pane, "num_layers").value == "3"
        assert find(pane, "epochs").value == "7"

    run_app(drive, "train", SIZE)


def test_a_corpus_of_the_palette_goes_into_the_form() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "c", "source")
        pane.use("war_and_peace")
        await until(pilot, lambda: len(pane.query("#corpus")) == 1)
        await until(pilot, lambda: pane.query_one("#corpus", Input).value == "war_and_peace")
        await until(pilot, lambda: pane.query_one("#corpus", Input).has_focus)
        assert find(pane, "task").value == "text"

    run_app(drive, "train", SIZE)


def test_in_a_narrow_window_the_form_is_a_tab(started: Started) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        new = pane.query_one("#new", Panel)
        await until(pilot, lambda: new.display and new.has_focus_within)
        await pilot.press("alt+2")
        await until(pilot, lambda: not new.display)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: new.display and new.has_focus_within)

    run_app(drive, "train", (80, 24))
    assert started == []
