from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm.config import DEFAULT_PRESET, PRESETS, ModelConfig, TrainingConfig
from charlm.console.options import read_explanations
from charlm.training.config import Config, later, preset
from charlm.training.optimizer import learning_rate
from corpora.errors import UserError

drawn = settings(derandomize=True, deadline=None, max_examples=60)

FIELDS = [
    (config, field)
    for config in (ModelConfig, TrainingConfig)
    for field in dataclasses.fields(config)
]
NEVER: list[Any] = [[], {}, (), b"1", object(), -1, math.nan, "", "1", "LSTM", 1j]
"""No field takes any of these."""
BAD: dict[type, list[Any]] = {
    bool: [0, 1, None, "true"],
    int: [True, None, 1.0, 0.5, math.inf, 10**400],
    float: [True, math.inf, -math.inf, 1e300, 10**400],
    str: [True, None, 1],
}

configs = st.builds(
    ModelConfig,
    cell=st.sampled_from(["rnn", "gru", "lstm"]),
    hidden_size=st.integers(1, 65_536),
    num_layers=st.integers(1, 65_536),
    embedding_size=st.integers(1, 65_536),
    dropout=st.floats(0, 0.95),
    weight_dropout=st.floats(0, 0.95),
    residual=st.booleans(),
) | st.builds(
    TrainingConfig,
    epochs=st.integers(1, 10**9),
    max_minutes=st.integers(0, 100) | st.floats(0, 1e9),
    learning_rate=st.floats(0, 100),
    clip=st.floats(1e-9, 1e9),
    clip_by=st.sampled_from(["norm", "value", "none"]),
    seed=st.integers(0, 2**63 - 1),
    precision=st.sampled_from(["auto", "fp32", "bf16"]),
    device=st.sampled_from(["auto", "cpu", "cuda", "mps"]),
)


@pytest.mark.parametrize(("config", "field"), FIELDS, ids=lambda item: getattr(item, "name", ""))
def test_bad_values_of_every_field_are_refused_by_name(config: type[Config], field: Any) -> None:
    kind = type(field.default)
    good = config().to_json()
    for value in NEVER + BAD[kind]:
        for build in (
            lambda value=value: config(**{field.name: value}),
            lambda value=value: config.from_json({**good, field.name: value}),
            lambda value=value: dataclasses.replace(config(), **{field.name: value}),
        ):
            with pytest.raises(UserError, match=field.name) as caught:
                build()
            assert len(str(caught.value)) < 300


@drawn
@given(configs)
def test_json_round_trip(config: Config) -> None:
    assert type(config).from_json(json.loads(json.dumps(config.to_json()))) == config


@pytest.mark.parametrize("config", [ModelConfig, TrainingConfig])
def test_json_of_another_shape_is_refused(config: type[Config]) -> None:
    good = config().to_json()
    one = next(iter(good))
    rest = {name: value for name, value in good.items() if name != one}
    for data in (rest, {}, {**good, "more": 1}, {**good, 1: 1}, [good], None, "x", 3, list(good)):
        with pytest.raises(UserError, match=config.__name__):
            config.from_json(data)


def test_a_file_from_before_a_field_was_added_means_its_default() -> None:
    before = {k: v for k, v in ModelConfig().to_json().items() if k != "weight_dropout"}
    assert ModelConfig.from_json(before) == ModelConfig()


def test_or_what_was_so_before_where_that_is_another_thing() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Grown(Config):
        layers: int = later(2, before=0)

    assert Grown().layers == 2
    assert Grown.from_json({}) == Grown(layers=0)
    assert Grown.from_json(Grown().to_json()) == Grown()


@drawn
@given(configs, configs)
def test_replacing_takes_known_fields_that_are_not_none(one: Config, other: Config) -> None:
    assert one.replace({}) == one
    assert one.replace(dict.fromkeys(one.to_json())) == one
    both = one.replace({**other.to_json(), "unknown": 3})
    given = {name: value for name, value in other.to_json().items() if value is not None}
    for name, value in both.to_json().items():
        assert value == given.get(name, getattr(one, name))


def test_replacing_keeps_false_and_zero() -> None:
    assert not ModelConfig().replace({"residual": False, "dropout": 0.0}).residual
    assert TrainingConfig().replace({"patience": 0}).patience == 0


def test_replacing_checks_what_it_takes() -> None:
    with pytest.raises(UserError, match="num_layers"):
        ModelConfig().replace({"num_layers": 0})


def test_a_configuration_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ModelConfig().num_layers = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        ModelConfig("lstm")  # type: ignore[misc]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_whole_and_say_why(name: str) -> None:
    chosen = preset(name, PRESETS)
    assert chosen is PRESETS[name]
    assert chosen.why
    for config in (chosen.model, chosen.training):
        assert type(config).from_json(config.to_json()) == config


def test_presets_differ() -> None:
    assert len({(chosen.model, chosen.training) for chosen in PRESETS.values()}) == len(PRESETS)


def test_the_default_preset_is_the_defaults() -> None:
    assert preset(DEFAULT_PRESET, PRESETS).model == ModelConfig()
    assert preset(DEFAULT_PRESET, PRESETS).training == TrainingConfig()


def test_the_textbook_trains_at_a_constant_rate_to_the_end() -> None:
    training = preset("textbook", PRESETS).training
    rates = {learning_rate(training, step, step / 10_000) for step in (0, 1, 5_000, 10_000)}
    assert rates == {0.005}
    assert (training.patience, training.weight_decay) == (0, 0.0)


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(UserError) as caught:
        preset("huge", PRESETS)
    assert all(name in str(caught.value) for name in ("huge", *PRESETS))


@pytest.mark.parametrize("config", [ModelConfig, TrainingConfig])
def test_every_field_is_explained_where_it_stands(config: type[Config]) -> None:
    assert set(read_explanations(config)) == {field.name for field in dataclasses.fields(config)}
