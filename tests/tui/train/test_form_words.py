"""The form of a training in its own words: labels in a column, errors at their fields, names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_helpers import read_line, run_app, type_text, until
from textual.pilot import Pilot
from textual.widgets import Input

from charlm.training.request import Hooks
from tui.train.estimate import Estimator
from tui.train.estimating import answer
from tui.train.field import SettingField
from tui.train.form import Form
from tui.train.form_fields import LABEL, WIDE_LABEL
from tui.train.new_panel import NewPanel
from tui.train.pane import TrainPane
from tui.train.requests import make_request
from tui.train.tasks import LOADERS, load_task

SIZE = (120, 44)
TABLE = "time,one,two\n" + "".join(f"{row},{row % 7},{row % 5}\n" for row in range(400))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the process that estimates answer in the test: nothing is measured."""

    def ask(self: Estimator, form: Form, *, measured: bool) -> dict[str, Any]:
        return answer({"task": form.task.name, "form": form.to_json(), "measure": False})

    monkeypatch.setattr(Estimator, "ask", ask)


async def show(pilot: Pilot[None], pane: TrainPane, task: str) -> None:
    pane.forms.shown = task
    await pane.show_form()
    await pilot.pause()


@pytest.mark.parametrize("task", LOADERS)
def test_all_values_of_a_form_stand_in_one_column(task: str) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await show(pilot, pane, task)
        new = pane.query_one(NewPanel)
        await new.fields.fold_out(True)
        await pilot.pause()
        left = new.fields.region.x
        fields = [*pane.query(SettingField)]
        assert len(fields) > 20
        for field in fields:
            label = LABEL if field.wide == LABEL else WIDE_LABEL
            assert field.before == label + 1, field.label  # no label pushes its value away
            drawn = field.render().plain
            assert drawn[: label + 1].strip() == field.label
            assert drawn[label + 1 :].startswith(("◂ ", "  "))
        for line in pane.query("#corpus, #run-name").results(Input):
            assert line.region.x == left + LABEL + 1

    run_app(drive, "train", SIZE)


@pytest.mark.usefixtures("asked")
def test_an_unknown_column_is_said_at_its_field() -> None:
    Path("mine.csv").write_text(TABLE)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await show(pilot, pane, "series")
        field = pane.query_one("#set-target", SettingField)
        pane.query_one("#corpus", Input).value = "mine.csv"
        await until(pilot, lambda: field.wrong)
        assert "name the one to forecast" in field.wrong
        assert "--target" not in field.wrong
        assert read_line(pane, "#hint") == f"! {field.wrong}"
        assert read_line(pane, "#data") == ""
        field.focus()
        await type_text(pilot, "three")
        await until(pilot, lambda: "no column 'three'" in field.wrong)
        assert read_line(pane, "#hint") == f"! {field.wrong}"
        await pilot.press(*["backspace"] * 5)
        await type_text(pilot, "two")
        await until(pilot, lambda: read_line(pane, "#data").startswith("400 rows"))
        assert field.wrong == ""
        assert pane.query_one(NewPanel).fields.find_errors() == {}

    run_app(drive, "train", SIZE)


@pytest.mark.usefixtures("asked")
def test_an_error_at_a_field_that_is_folded_away_stands_at_the_data_in_words() -> None:
    Path("mine.csv").write_text("what,label\n" + "good,yes\nbad,no\n" * 50)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await show(pilot, pane, "reviews")
        await pane.query_one(NewPanel).fields.fold_out(False)
        pane.query_one("#corpus", Input).value = "mine.csv"
        await until(pilot, lambda: "text column" in read_line(pane, "#data"))
        assert "--" not in read_line(pane, "#data")
        assert pane.query_one("#data").has_class("-wrong")

    run_app(drive, "train", SIZE)


def test_vectors_that_are_not_there_are_an_error_of_one_line() -> None:
    Path("mine.csv").write_text("text,label\n" + "good,yes\nbad,no\n" * 50)
    form = {"source": "mine.csv", "typed": {"vectors": "nowhere.txt"}}
    found = answer({"task": "reviews", "form": form, "measure": False})
    assert "nowhere.txt" in found["error"]


def test_the_chart_says_how_the_first_training_of_a_task_begins() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        seen = set()
        for task in LOADERS:
            await show(pilot, pane, task)
            said = str(pane.chart.render())
            assert ("sample text" in said) == (task == "text")
            assert ("Fill the form" in said) == (task == "pairs")
            assert "is drawn here" in said
            seen.add(said)
        assert len(seen) == len(LOADERS)
        pane.query_one("#corpus", Input).value = "elsewhere"
        await until(pilot, lambda: "Fill the form" in str(pane.chart.render()))

    run_app(drive, "train", SIZE)


@pytest.mark.parametrize(
    ("task", "typed"),
    [
        ("pairs", {}),
        ("pairs", {"ideas": "swaps", "attention": "none"}),
        ("series", {"strategy": "direct"}),
        ("pictures", {}),
        ("pictures", {"split": "pairs"}),
        ("text", {}),
    ],
)
def test_a_run_is_called_as_its_command_calls_it(task: str, typed: dict[str, str]) -> None:
    form = Form(load_task(task))
    if task == "pairs":
        form.source = "mine.tsv"
        form.set("validation_share", "0.2")
        pairs = [(f"{verb}{end}", f"I_{verb}") for verb in "abcdefgh" for end in ("", " now")]
        Path("mine.tsv").write_text("".join(f"{one}\t{two}\n" for one, two in pairs))
    for name, value in typed.items():
        form.set(name, value)
    assert form.find_errors() == {}
    assert form.stem == make_request(form).job(Hooks()).name
