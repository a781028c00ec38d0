"""The form of a training, without a screen."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from corpora.errors import UserError
from tui.train.form import Form
from tui.train.forms import Forms
from tui.train.tasks import load_task


def make(task: str = "text", **about: str) -> Form:
    return Form(load_task(task), **about)  # type: ignore[arg-type]


def test_a_first_form_trains_the_sample_with_the_tiny_preset() -> None:
    form = make()
    assert (form.source, form.preset) == ("sample", "tiny")
    assert form.get("hidden_size") == "96"
    words = ["sample", "--preset", "tiny", "--out", "runs/sample"]
    assert form.make_command() == shlex.join(["charlm", "train", *words])
    assert form.make_arguments(Path("runs/sample")) == ["charlm.train", *words]
    form.check()


def test_the_command_names_what_differs_from_the_preset() -> None:
    form = make(source="my text.txt")
    form.set("num_layers", "4")
    form.set("learning_rate", "0.02")  # as in the preset
    form.set("residual", "no")
    Path("runs/my-text").mkdir(parents=True)
    assert form.make_command() == (
        "charlm train 'my text.txt' --preset tiny --num-layers 4 --no-residual --out runs/my-text-2"
    )


def test_the_commands_of_the_other_tasks() -> None:
    form = make("reviews", source="mine.csv")
    form.set("text_column", "what they say")
    assert form.make_command() == (
        "charlm imdb train mine.csv --preset best --text-column 'what they say' "
        "--out runs/mine-best"
    )
    form = make("commands", source="length")
    form.set("attention", "none")
    assert form.make_command() == (
        "charlm scan train --split length --attention none --out runs/scan-length-none"
    )


def test_the_commands_of_own_pairs_series_and_pictures() -> None:
    form = make("pairs", source="my pairs.tsv")
    form.set("ideas", "swaps")
    assert form.make_command() == (
        "charlm scan train 'my pairs.tsv' --ideas swaps --out runs/scan-my-pairs-scaled_dot-swaps"
    )
    form = make("series", source="power.csv")
    form.set("target", "load")
    form.set("inputs", 'wind, air temp, "a, b"')
    form.set("horizon", "12")
    form.set("strategy", "direct")
    assert form.make_command() == (
        "charlm forecast train power.csv --target load --inputs wind --inputs 'air temp' "
        "--inputs 'a, b' --horizon 12 --strategy direct --out runs/forecast-power-direct"
    )
    form = make("pictures")
    form.set("split", "pairs")
    form.set("attention", "additive")
    assert form.make_command() == (
        "charlm caption train scenes --split pairs --attention additive "
        "--out runs/caption-pairs-additive"
    )


def test_values_that_do_not_go_together_are_said_at_one_of_them() -> None:
    form = make("series")
    form.set("strategy", "direct")
    assert form.find_errors() == {}
    form.set("attention", "dot")
    assert form.find_errors() == {"attention": "attention needs the strategy decoder, not direct"}
    form.set("strategy", "decoder")
    assert form.find_errors() == {}
    form = make("commands")
    form.set("hidden_size", "33")
    form.set("encoder_hidden_size", "20")  # which makes an odd one possible
    assert form.find_errors() == {}


def test_a_form_of_own_data_is_empty_first() -> None:
    with pytest.raises(UserError, match="enter what to train on: a file or a folder"):
        make("pairs").check()


def test_a_preset_fills_the_fields() -> None:
    form = make()
    form.set("num_layers", "7")
    form.choose_preset("large")
    assert form.get("num_layers") == "4"
    assert form.get("hidden_size") == "512"


def test_errors_stand_at_their_settings_in_the_words_of_the_library() -> None:
    form = make()
    form.set("num_layers", "0")
    form.set("max_minutes", "-")
    form.set("dropout", "2")
    form.set("window", "64")
    assert form.find_errors() == {
        "num_layers": "layers must lie between 1 and 65536, not 0",
        "max_minutes": "minutes must be a number, not '-'",
        "dropout": "dropout must lie between 0 and 0.95, not 2.0",
    }
    with pytest.raises(UserError, match="layers must lie"):
        form.check()
    form = make("commands")
    form.set("hidden_size", "33")
    assert "must be even" in form.find_errors()["hidden_size"]


def test_a_model_to_begin_with_decides_the_shape() -> None:
    form = make(init_from="war_and_peace")
    form.set("num_layers", "0")
    form.set("dropout", "0.3")
    assert form.is_given("num_layers")
    assert not form.is_given("dropout")
    assert form.find_errors() == {}
    words = shlex.split(form.make_command())
    assert "--init-from" in words
    assert "--dropout" in words
    assert "--num-layers" not in words


@pytest.mark.parametrize("source", ["", "  ", "nowhere", "a\0b", "x" * 300, "-", "--help"])
def test_data_that_is_not_there_is_refused_before_the_start(source: str) -> None:
    for task in ("text", "reviews", "pairs", "series", "pictures"):
        form = make(task)
        form.source = source
        with pytest.raises(UserError):
            form.check()


def test_forms_come_back() -> None:
    forms = Forms()
    forms.shown = "commands"
    forms.current.set("epochs", "3")
    forms.get("text").source = "mine.txt"
    forms.get("text").name = "other"
    again = Forms(forms.to_json())
    assert again.shown == "commands"
    assert again.current.get("epochs") == "3"
    assert (again.get("text").source, again.get("text").name) == ("mine.txt", "other")
    assert again.to_json() == Forms(again.to_json()).to_json()


@pytest.mark.parametrize(
    "saved",
    [None, [], 1, {"text": 5, "shown": "?"}, {"text": {"preset": "x", "typed": {"no": "1"}}},
     {"commands": {"source": "nowhere", "init_from": "x", "typed": [1]}, "shown": "commands"}],
)  # fmt: skip
def test_a_damaged_file_gives_new_forms(saved: object) -> None:
    forms = Forms(saved)
    for task in ("text", "commands"):
        assert forms.get(task).to_json() == Form(load_task(task)).to_json()


def test_a_run_fills_the_form() -> None:
    forms = Forms()
    form = make(source="mine.txt")
    form.set("num_layers", "3")
    form.set("learning_rate", "0.004")
    made = form.make_configs()
    config = {
        "kind": "charlm",
        "preset": "tiny",
        "init_from": None,
        "model": made.model.to_json(),
        "training": made.training.to_json(),
        "corpus": {"spec": "mine.txt", "encoding": "utf-8", "sha256": "0"},
    }
    assert forms.fill_from_run(config)
    assert forms.current.make_command() == form.make_command()
    assert not forms.fill_from_run({**config, "kind": "word-model"})
    assert not forms.fill_from_run({**config, "corpus": None})
    split = {"kind": "translator", "preset": None, "corpus": {"split": "length"}}
    assert forms.fill_from_run(split)
    for other in ({"split": "around_right_few_4"}, {"spec": "<python>"}):  # no choice of the form
        assert not forms.fill_from_run({**split, "corpus": other})
    assert (forms.shown, forms.current.source) == ("commands", "length")


@pytest.mark.parametrize(
    ("task", "kind", "corpus", "typed"),
    [
        ("pairs", "translator", {"spec": "mine.tsv", "pairs": 9}, {"dropout": "0.3"}),
        ("series", "forecaster",
         {"spec": "a.csv", "target": "y", "inputs": ["y", "z"], "time": None, "rows": 9},
         {"target": "y", "inputs": "y, z"}),
        ("pictures", "captioner", {"spec": "scenes", "split": "counts", "rarest": 1},
         {"split": "counts"}),
    ],
)  # fmt: skip
def test_runs_of_all_kinds_fill_their_forms(
    task: str, kind: str, corpus: dict[str, object], typed: dict[str, str]
) -> None:
    form = make(task, source=str(corpus["spec"]))
    for name, value in {**typed, "epochs": "3"}.items():
        form.set(name, value)
    made, forms = form.make_configs(), Forms()
    config = {"kind": kind, "model": made.model.to_json(), "training": made.training.to_json()}
    assert forms.fill_from_run({**config, "corpus": corpus})
    assert forms.shown == task
    assert forms.current.changes == form.changes
    assert sorted(forms.current.make_command().split()) == sorted(form.make_command().split())
