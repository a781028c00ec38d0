"""The form of a new training: its tasks, presets, errors at the field, command, estimate."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from app_helpers import read_line, run_app, until
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input
from training_logs import make_config, write_log

from tui.train.estimate import Estimator
from tui.train.field import SettingField
from tui.train.form import Form
from tui.train.new_panel import NewPanel
from tui.train.pane import TrainPane
from tui.train.process import Training
from tui.widgets.panel import Panel

SIZE = (120, 36)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of trainings that were started: nothing is trained."""
    found: list[list[str]] = []

    class NoTraining(Training):
        def __init__(self, folder: Path, arguments: Any) -> None:
            self.folder, self.stopping = folder, False
            found.append([*arguments])

        running = property(lambda self: True)  # type: ignore[assignment]

        def stop(self) -> None:
            self.stopping = True

    monkeypatch.setattr("tui.train.owner.Training", NoTraining)
    return found


def find(pane: TrainPane, name: str) -> SettingField:
    return pane.query_one(f"#set-{name}", SettingField)


async def focus(pilot: Pilot[None], pane: TrainPane, name: str) -> SettingField:
    field = find(pane, name)
    field.focus()
    await until(pilot, lambda: field.has_focus)
    return field


def test_a_first_visit_is_ready_to_start(started: list[list[str]]) -> None:
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


def test_values_are_stepped_typed_and_pasted(started: list[list[str]]) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        field = await focus(pilot, pane, "hidden_size")
        await pilot.press("right")
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
        await focus(pilot, pane, "cell")
        await pilot.press("g")
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


def test_a_wrong_value_is_said_at_its_field_and_nothing_starts(started: list[list[str]]) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        field = await focus(pilot, pane, "dropout")
        await pilot.press("2")
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


def test_every_task_has_its_form(started: list[list[str]]) -> None:
    Path("mine.csv").write_text("text,label\n" + "good,yes\nbad,no\n" * 50)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await focus(pilot, pane, "task")
        await pilot.press("c")
        await until(pilot, lambda: len(pane.query("#set-source")) == 1)
        await until(pilot, lambda: find(pane, "task").has_focus)
        assert "charlm scan train --split simple" in read_line(pane, "#command-line")
        await focus(pilot, pane, "attention")
        await pilot.press("n")
        await pilot.press("ctrl+r")
        await focus(pilot, pane, "task")
        await pilot.press("r")
        await until(pilot, lambda: len(pane.query("#set-pooling")) == 1)
        pane.query_one("#corpus", Input).value = "mine.csv"
        await focus(pilot, pane, "preset")
        await pilot.press("t")
        assert find(pane, "hidden_size").value == "64"
        await pilot.press("ctrl+r")

    run_app(drive, "train", SIZE)
    commands, reviews = map(shlex.join, started)
    assert commands == (
        "seq.scan train --split simple --attention none --out runs/scan-simple-none"
    )
    assert reviews == "seq.imdb train mine.csv --preset textbook --out runs/mine-textbook"


async def choose_task(pilot: Pilot[None], pane: TrainPane, keys: str, field: str) -> None:
    await focus(pilot, pane, "task")
    await pilot.press(*keys)
    await until(pilot, lambda: len(pane.query(f"#set-{field}")) == 1)
    await until(pilot, lambda: find(pane, "task").has_focus)


def test_own_pairs_are_trained(started: list[list[str]]) -> None:
    Path("pairs.tsv").write_text("say hello\tHELLO\n" * 9)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "p", "teacher_forcing")
        source = pane.query_one("#corpus", Input)
        assert source.value == ""
        await pilot.press("ctrl+r")  # there is nothing to train on yet
        assert started == []
        source.value = "pairs.tsv"
        await focus(pilot, pane, "attention")
        await pilot.press("a")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: started)

    run_app(drive, "train", SIZE)
    (words,) = started
    assert shlex.join(words) == (
        "seq.scan train pairs.tsv --attention additive --out runs/scan-pairs-additive"
    )


def test_a_series_of_several_columns_is_trained(started: list[list[str]]) -> None:
    Path("power.csv").write_text("time,load,air temp\n" + "1,2,3\n" * 9)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "s", "horizon")
        assert "charlm forecast train noisy_seasons" in read_line(pane, "#command-line")
        pane.query_one("#corpus", Input).value = "power.csv"
        field = await focus(pilot, pane, "target")
        await pilot.press(*"load")
        assert field.value == "load"
        inputs = await focus(pilot, pane, "inputs")
        inputs.post_message(Paste("air temp"))
        await until(pilot, lambda: inputs.value == "air temp")
        horizon = await focus(pilot, pane, "horizon")
        await pilot.press("0")
        assert horizon.wrong == "horizon must lie between 1 and 100000, not 0"
        assert read_line(pane, "#hint") == f"! {horizon.wrong}"
        await focus(pilot, pane, "context")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: horizon.has_focus)
        await pilot.press("1", "2")
        assert horizon.wrong == ""
        attention = await focus(pilot, pane, "attention")
        await pilot.press("d")
        strategy = await focus(pilot, pane, "strategy")
        await pilot.press("r")  # the two do not go together
        await until(pilot, lambda: attention.wrong)
        assert attention.wrong == "attention needs the strategy decoder, not recursive"
        attention.focus()
        await pilot.press("delete")
        assert (attention.wrong, strategy.wrong) == ("", "")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: started)

    run_app(drive, "train", SIZE)
    (words,) = started
    assert shlex.join(words) == (
        "seq.forecast train power.csv --target load --inputs 'air temp' --horizon 12 "
        "--strategy recursive --out runs/forecast-power-recursive"
    )


def test_pictures_are_trained(started: list[list[str]]) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "pp", "channels")
        assert pane.query_one("#corpus", Input).value == "scenes"
        await focus(pilot, pane, "split")
        await pilot.press("c")
        assert pane.forms.current.source == "scenes"  # the split is a setting here, not the data
        channels = await focus(pilot, pane, "channels")
        await pilot.press("2", "0")
        assert channels.wrong == "channels must be a multiple of 16, not 20"
        await pilot.press("right")
        assert (channels.value, channels.wrong) == ("32", "")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: started)

    run_app(drive, "train", SIZE)
    (words,) = started
    assert shlex.join(words) == (
        "seq.caption train scenes --split counts --channels 32 --out runs/caption-scenes-scaled_dot"
    )


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
        await focus(pilot, pane, "begin")
        await pilot.press("right")
        assert "--init-from runs/old" in read_line(pane, "#command-line")
        assert find(pane, "hidden_size").given
        assert "as the model has it" in str(find(pane, "hidden_size").render())
        assert not find(pane, "dropout").given

    run_app(drive, "train", SIZE)


def test_the_form_comes_back_at_the_next_start() -> None:
    async def fill(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.query_one("#run-name", Input).value = "mine"
        await focus(pilot, pane, "num_layers")
        await pilot.press("3")
        await focus(pilot, pane, "seed")
        await pilot.press("minus")
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


def test_the_estimate_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def ask(self: Estimator, form: Form, *, measured: bool) -> dict[str, Any]:
        asked.append(measured)
        found = {"data": "x", "parameters": 10, "unit": "characters", "units": 1000}
        return {**found, "speed": 100.0} if measured else found

    monkeypatch.setattr(Estimator, "ask", ask)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        new = pane.query_one(NewPanel)
        await until(pilot, lambda: new.foot == "≈ 4:10 (measured) · 10 parameters")
        await focus(pilot, pane, "epochs")
        await pilot.press("1", "2")  # nothing is asked again: the time is proportional
        await until(pilot, lambda: "2:00 (measured)" in new.foot)
        await focus(pilot, pane, "max_minutes")
        await pilot.press("1")
        await until(pilot, lambda: "1:00 (your limit)" in new.foot)
        await pilot.press("0")
        assert asked == [True]
        made = pane.forms.current.make_configs()
        config = {
            "kind": "charlm",
            "model": made.model.to_json(),
            "training": made.training.to_json(),
        }
        (write_log(Path("runs/quick")) / "config.json").write_text(json.dumps(config))
        pane.list_runs()
        pane.remember_speed(pane.runs.by_name["runs/quick"])
        await focus(pilot, pane, "max_minutes")
        await pilot.press("delete")
        await until(pilot, lambda: "(as quick)" in new.foot)

    run_app(drive, "train", SIZE)


def test_an_error_of_the_data_stands_at_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(self: Estimator, form: Form, *, measured: bool) -> dict[str, Any]:
        return {"error": "there is no file, folder or corpus called 'nowhere'"}

    monkeypatch.setattr(Estimator, "ask", ask)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: "called 'nowhere'" in read_line(pane, "#data"))
        assert pane.query_one("#data").has_class("-wrong")

    run_app(drive, "train", SIZE)


def test_a_corpus_of_the_palette_goes_into_the_form() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await focus(pilot, pane, "task")
        await pilot.press("c")
        await until(pilot, lambda: len(pane.query("#set-source")) == 1)
        pane.use("war_and_peace")
        await until(pilot, lambda: len(pane.query("#corpus")) == 1)
        await until(pilot, lambda: pane.query_one("#corpus", Input).value == "war_and_peace")
        await until(pilot, lambda: pane.query_one("#corpus", Input).has_focus)
        assert find(pane, "task").value == "text"

    run_app(drive, "train", SIZE)


def test_in_a_narrow_window_the_form_is_a_tab(started: list[list[str]]) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        new = pane.query_one("#new", Panel)
        await until(pilot, lambda: new.display and new.has_focus_within)
        await pilot.press("alt+2")
        await until(pilot, lambda: not new.display)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: new.display and new.has_focus_within)

    run_app(drive, "train", (80, 24))
    assert started == []
