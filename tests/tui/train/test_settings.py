"""Settings come from the dataclasses of the command line, and are refused in its words."""

from __future__ import annotations

import dataclasses

import pytest

from charlm.config import ModelConfig, TrainingConfig
from corpora.errors import UserError
from seq.caption.config import CaptionerConfig, CaptionerTraining, SceneConfig
from seq.forecast.config import ForecasterConfig, ForecasterTraining, SourceConfig
from seq.imdb.config import ClassifierConfig, ClassifierTraining
from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining
from tui.train.settings import NO, YES, Setting
from tui.train.stepping import list_values, step_value
from tui.train.tasks import LOADERS, load_task, warm_up

CONFIGS = {
    "text": (ModelConfig, TrainingConfig),
    "reviews": (ClassifierConfig, ClassifierTraining),
    "commands": (TranslatorConfig, TranslatorTraining, PairsConfig),
    "pairs": (TranslatorConfig, TranslatorTraining, PairsConfig),
    "series": (ForecasterConfig, ForecasterTraining, SourceConfig),
    "pictures": (CaptionerConfig, CaptionerTraining, SceneConfig),
}
ALL = [(task, setting) for task in LOADERS for setting in load_task(task).settings.values()]


@pytest.mark.parametrize("task", LOADERS)
def test_a_form_has_every_setting_of_the_command_line(task: str) -> None:
    warm_up()
    fields = [field.name for config in CONFIGS[task] for field in dataclasses.fields(config)]
    settings = load_task(task).settings
    assert set(fields) <= set(settings)
    beside = {
        "text": {"encoding", "errors", "normalize", "suffix"},
        "reviews": {"vectors", "text_column", "label_column", "encoding"},
        "series": {"target", "inputs", "time"},
        "pictures": {"rarest"},
    }
    assert set(settings) - set(fields) == {*beside.get(task, ()), "tensorboard"}
    assert all(setting.help for setting in settings.values())
    shown = [name for _, names in load_task(task).common for name in names]
    assert set(shown) <= set(settings)


@pytest.mark.parametrize(("task", "setting"), ALL, ids=lambda one: getattr(one, "name", one))
def test_a_value_is_shown_and_read_back(task: str, setting: Setting) -> None:
    loaded = load_task(task)
    for preset in loaded.presets:
        value = loaded.get_value(preset, setting.name)
        assert setting.parse(setting.format(value)) == value


def find(task: str, name: str) -> Setting:
    return load_task(task).settings[name]


@pytest.mark.parametrize("typed", ["-", ".", "nan", "e", "", "1_0", "two", "0x10"])
def test_what_is_no_number_is_refused_by_name(typed: str) -> None:
    with pytest.raises(UserError, match="minutes must be a number"):
        find("text", "max_minutes").parse(typed)
    with pytest.raises(UserError, match="layers must be a whole number"):
        find("text", "num_layers").parse(typed)


@pytest.mark.parametrize("typed", ["0", "-0", ".5", "1234567.25", "1e-9"])
def test_minutes_are_told_as_they_are(typed: str) -> None:
    setting = find("text", "max_minutes")
    option, told = setting.write_options(setting.parse(typed))
    assert (option, float(told)) == ("--max-minutes", float(typed))
    assert not told.startswith("-")


def test_options_are_written_as_the_command_line_reads_them() -> None:
    assert find("text", "residual").write_options(False) == ["--no-residual"]
    assert find("text", "residual").write_options(True) == ["--residual"]
    assert find("text", "tensorboard").write_options(False) == []
    assert find("text", "errors").write_options(None) == []
    assert find("reviews", "text_column").write_options("-x") == ["--text-column=-x"]
    assert find("text", "learning_rate").write_options(3e-05) == ["--learning-rate", "3e-5"]


def test_arrows_step_through_values_that_make_sense() -> None:
    hidden = find("text", "hidden_size")
    assert step_value(hidden, "96", 1) == "128"
    assert step_value(hidden, "100", -1) == "96"
    assert step_value(hidden, "1", -1) == "1"
    assert step_value(hidden, "65536", 1) == "65536"
    assert step_value(hidden, "what", 1) == "128"
    rate = find("text", "learning_rate")
    assert step_value(rate, "0.02", 1) == "0.03"
    assert step_value(rate, "0.003", -1) == "0.002"
    assert step_value(find("text", "seed"), "1", 1) == "2"
    assert step_value(find("text", "dropout"), "0.1", 1) == "0.15"
    assert step_value(find("text", "max_minutes"), "0", -1) == "0"
    assert step_value(find("text", "residual"), YES, 1) == NO
    assert step_value(find("text", "cell"), "lstm", 1) == "rnn"
    assert step_value(find("reviews", "text_column"), "mine", 1) == "mine"
    assert step_value(find("pictures", "channels"), "64", -1) == "48"
    assert step_value(find("pictures", "channels"), "16", 1) == "32"  # 24 would be refused
    assert step_value(find("commands", "hidden_size"), "2", -1) == "2"
    assert step_value(find("pictures", "rarest"), "", 1) == "1"


def test_several_words_have_commas_between_them() -> None:
    inputs = find("series", "inputs")
    for words in ((), ("a",), ("a b", "c"), ('say "x"', "d, e"), ("-x", "f")):
        assert inputs.parse(inputs.format(words)) == words
    assert inputs.parse(" wind,  air temp ,") == ("wind", "air temp")
    assert inputs.write_options(("a b", "-x")) == ["--inputs", "a b", "--inputs=-x"]
    assert find("pictures", "rarest").parse("") is None


@pytest.mark.parametrize(("task", "setting"), ALL, ids=lambda one: getattr(one, "name", one))
def test_every_value_of_the_arrows_is_accepted(task: str, setting: Setting) -> None:
    if setting.kind not in ("whole", "number") or setting.config is None:
        return
    values = list_values(setting)
    assert values == sorted(values)
    for value in (values[0], values[len(values) // 2], values[-1]):
        typed = setting.format(int(value) if setting.kind == "whole" else value)
        for steps in (-1, 1):
            stepped = step_value(setting, typed, steps)
            if stepped != typed:  # it stays where nothing further is accepted
                setting.config(**{setting.name: setting.parse(stepped)})
