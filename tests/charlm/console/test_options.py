from __future__ import annotations

import dataclasses
import io
from typing import Annotated, Any, get_type_hints

import pytest
from cyclopts import App, CycloptsError, Parameter
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from training_helpers import options_of

from charlm.config import ModelConfig, TrainingConfig
from charlm.console.options import INPUT, TEXT, make_options

drawn = settings(derandomize=True, deadline=None, max_examples=40)

Options = make_options(ModelConfig, TrainingConfig, module=__name__)
FIELDS = [*dataclasses.fields(ModelConfig), *dataclasses.fields(TrainingConfig)]

app = App()


@app.default
def command(*, options: Annotated[Options, Parameter(name="*")] = Options()) -> Any:  # type: ignore[valid-type]  # noqa: B008
    return options


def parsed(*tokens: str) -> Any:
    return app(tokens, exit_on_error=False, print_error=False, result_action="return_value")


def test_what_is_not_given_stays_none() -> None:
    for options in (parsed(), Options()):
        assert set(vars(options).values()) == {None}
        assert list(vars(options)) == [field.name for field in FIELDS]
        assert ModelConfig().replace(vars(options)) == ModelConfig()


def test_only_what_is_given_changes() -> None:
    changes = vars(parsed("--no-residual", "--patience", "0", "--learning-rate", "1e-3"))
    model = ModelConfig(hidden_size=7).replace(changes)
    training = TrainingConfig(window=9).replace(changes)
    assert model == ModelConfig(hidden_size=7, residual=False)
    assert training == TrainingConfig(window=9, patience=0, learning_rate=1e-3)


@settings(drawn, max_examples=20)
@given(
    st.builds(
        ModelConfig,
        cell=st.sampled_from(["rnn", "gru", "lstm"]),
        num_layers=st.integers(1, 99),
        dropout=st.floats(0, 0.95),
        residual=st.booleans(),
    ),
    st.builds(
        TrainingConfig,
        max_minutes=st.floats(0, 1e9),
        clip=st.floats(1e-9, 1e9),
        clip_by=st.sampled_from(["norm", "value", "none"]),
        seed=st.integers(0, 2**63 - 1),
        precision=st.sampled_from(["auto", "fp32", "bf16"]),
    ),
)
def test_a_configuration_given_as_options_comes_out_as_it_is(
    model: ModelConfig, training: TrainingConfig
) -> None:
    changes = vars(parsed(*options_of(model.to_json()), *options_of(training.to_json())))
    assert ModelConfig().replace(changes) == model
    assert TrainingConfig().replace(changes) == training


@pytest.mark.parametrize("tokens", [["--clip-by", "hand"], ["--epochs", "many"], ["--dropout"]])
def test_values_of_another_type_are_refused(tokens: list[str]) -> None:
    with pytest.raises(CycloptsError):
        parsed(*tokens)


def test_the_help_explains_every_field_with_its_default() -> None:
    shown = io.StringIO()
    app.help_print([], console=Console(file=shown, width=400))
    lines = shown.getvalue().splitlines()
    for field in FIELDS:
        option = f"--{field.name.replace('_', '-')}"
        (line,) = (line for line in lines if f" {option} " in line)
        assert f"[default preset: {field.default}]" in line
        assert len(line.split()) > 8


def test_the_types_are_those_of_the_fields() -> None:
    hints = get_type_hints(Options)
    assert hints["dropout"] == float | None
    assert hints["max_minutes"] == float | None
    assert hints["residual"] == bool | None


words = App()


@words.default
def read(
    file: Annotated[str, INPUT] = "", /, *, text: Annotated[tuple[str, ...], TEXT] = ()
) -> tuple[str, tuple[str, ...]]:
    return file, text


@pytest.mark.parametrize(
    ("tokens", "found"),
    [
        (["-"], ("-", ())),
        (["-", "--text", "-"], ("-", ("-",))),
        (["--text", "--text", "-"], ("-", ("--text",))),
        (["--text=-x", "--text", "--y", "novel.txt"], ("novel.txt", ("-x", "--y"))),
        (["novel.txt"], ("novel.txt", ())),
        ([], ("", ())),
    ],
)
def test_hyphens_are_standard_input_or_text(tokens: list[str], found: Any) -> None:
    asked = {"exit_on_error": False, "print_error": False, "result_action": "return_value"}
    assert words(tokens, **asked) == found


@pytest.mark.parametrize("tokens", [["--nope"], ["-n"], ["--"], ["novel.txt", "--nope"]])
def test_an_option_that_does_not_exist_is_no_file(tokens: list[str]) -> None:
    if tokens == ["--"]:
        assert words(tokens, result_action="return_value") == ("", ())
        return
    with pytest.raises(CycloptsError, match=tokens[-1]):
        words(tokens, exit_on_error=False, print_error=False)
