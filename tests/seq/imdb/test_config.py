"""The ranges of settings hold for every training, whatever its defaults are."""

from __future__ import annotations

import dataclasses

import pytest

from charlm.training.config import LoopConfig, find_kinds
from corpora.errors import UserError
from seq.imdb.config import ClassifierTraining, PretrainingConfig
from seq.scan.config import TranslatorTraining

TRAININGS = (ClassifierTraining, PretrainingConfig, TranslatorTraining)


@pytest.mark.parametrize("config", TRAININGS)
@pytest.mark.parametrize(
    "changes",
    [{"epochs": 0}, {"batch_size": 0}, {"learning_rate": -1.0}, {"validation_share": 0.0}],
    ids=lambda changes: next(iter(changes)),
)
def test_another_default_keeps_the_range(
    config: type[LoopConfig], changes: dict[str, float]
) -> None:
    (name,) = changes
    with pytest.raises(UserError, match=f"{name} must lie between"):
        config(**changes)


@pytest.mark.parametrize("config", TRAININGS)
def test_every_field_has_the_type_that_its_family_gave_it(config: type[LoopConfig]) -> None:
    kinds = find_kinds(config)
    assert [*kinds] == [field.name for field in dataclasses.fields(config)]
    assert {name: kinds[name] for name in find_kinds(LoopConfig)} == find_kinds(LoopConfig)
