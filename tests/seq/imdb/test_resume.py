"""A training of reviews that was stopped and resumed is the one that never was."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from review_helpers import Opening, classifier, word_model
from reviews import reviews, write_csv
from training_helpers import Result, last_step, result, resume, trained, trained_until

from charlm.training.events import Finished
from charlm.training.log import read_events
from seq.imdb.data import Source

pytestmark = pytest.mark.long

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "dropout": {"dropout": 0.3, "embedding_dropout": 0.3, "num_layers": 2},
    "adversarial": {"adversarial": 1.0, "adversarial_from": 1, "bidirectional": True},
    "packed gru": {"cell": "gru", "sequences": "packed", "pooling": "concat"},
    "frozen": {"freeze_embedding": True, "evaluate_every": 3},
    "one-hot in bf16": {"embedding": "one-hot", "precision": "bf16", "dropout": 0.3},
}


WORD_MODELS: dict[str, dict[str, Any]] = {
    "lstm": {"dropout": 0.3},
    "gru in bf16": {"cell": "gru", "precision": "bf16"},
    "rnn of one direction": {"cell": "rnn", "bidirectional": False},
}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Result]:
    """What each of `CLASSIFIERS` and `WORD_MODELS` comes to when nothing stops it."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    file = write_csv(folder / "own.csv", reviews(60))

    @cache
    def of(kind: str) -> Result:
        trained(opening(kind, file, folder / kind)())
        return result(folder / kind)

    return of


def opening(kind: str, file: Path, run: Path) -> Opening:
    if kind in CLASSIFIERS:
        return classifier(file, run, **CLASSIFIERS[kind])
    return word_model(file, run, **WORD_MODELS[kind])


@pytest.mark.wide(3)
@pytest.mark.parametrize(
    ("kind", "step"), [*product(CLASSIFIERS, (7,)), *product(WORD_MODELS, (5,))]
)
def test_a_classifier_and_a_word_model_resume_exactly(
    tmp_path: Path, file: Path, uninterrupted: Callable[[str], Result], kind: str, step: int
) -> None:
    run = tmp_path / "cut"
    trained_until(step, opening(kind, file, run))
    assert last_step(run) == step
    carried = [tensor for name, tensor in result(run).tensors.items() if name.startswith("carried")]
    assert any(any(tensor) for tensor in carried) == (kind in WORD_MODELS)
    trained(resume(run))
    assert result(run) == uninterrupted(kind)


@pytest.mark.wide
@pytest.mark.parametrize("kind", ["dropout", "adversarial", "lstm", "gru in bf16"])
def test_many_stops_change_no_bit(
    tmp_path: Path, file: Path, uninterrupted: Callable[[str], Result], kind: str
) -> None:
    """Before the first step, in a pass, where passes and evaluations meet, and at the end."""
    run = tmp_path / "cut"
    trained_until(0, opening(kind, file, run))
    for step in (1, 2, 6, 7, 8, 15, 19, 20, 28):
        trained_until(step, resume, run)
        assert last_step(run) == step
    trained(resume(run))
    assert result(run) == uninterrupted(kind)


@pytest.mark.parametrize("kind", ["adversarial", "lstm"])
def test_a_crash_after_a_save_changes_no_bit(
    tmp_path: Path, file: Path, uninterrupted: Callable[[str], Result], kind: str
) -> None:
    """What was done since the last save is done again, and logged once."""
    run = tmp_path / "cut"
    trained_until(9, opening(kind, file, run))
    with resume(run) as ready:
        assert any(event.step > 9 for event in ready.events())
    assert last_step(run) == 9
    trained(resume(run))
    assert result(run) == uninterrupted(kind)


def test_the_same_seed_is_the_same_training_and_another_is_not(tmp_path: Path, file: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        trained(classifier(file, tmp_path / name, seed=seed)())
    models = [(tmp_path / name / "model.safetensors").read_bytes() for name in "abc"]
    assert models[0] == models[1] != models[2]


def test_texts_may_have_moved(tmp_path: Path, file: Path) -> None:
    trained(classifier(file, tmp_path / "whole")())
    trained_until(3, classifier(file, tmp_path / "cut"))
    (tmp_path / "elsewhere").mkdir()
    moved = file.rename(tmp_path / "elsewhere" / "own.csv")
    trained(resume(tmp_path / "cut", source=Source(spec=str(moved))))
    assert result(tmp_path / "cut").model == result(tmp_path / "whole").model


def test_more_passes_may_be_asked_for(tmp_path: Path, file: Path) -> None:
    trained(classifier(file, tmp_path / "run", epochs=1)())
    before = list(read_events(tmp_path / "run"))
    events = trained(resume(tmp_path / "run", changes={"epochs": 2}))
    assert events[-1].step == 14
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["training"]["epochs"] == 2
    assert list(read_events(tmp_path / "run"))[: len(before)] == before
    assert trained(resume(tmp_path / "run"))[-1].step == 14


@pytest.mark.parametrize(
    "change",
    [
        {"patience": 9},
        {"max_minutes": 60.0},
        {"save_seconds": 0.0},
        {"device": "cpu"},
    ],
)
def test_what_may_change_changes_no_bit(
    tmp_path: Path,
    file: Path,
    uninterrupted: Callable[[str], Result],
    change: dict[str, Any],
) -> None:
    run = tmp_path / "run"
    trained_until(8, classifier(file, run, **CLASSIFIERS["dropout"]))
    trained(resume(run, changes=change))
    assert result(run).tensors == uninterrupted("dropout").tensors
    assert result(run).model == uninterrupted("dropout").model
    (name, value), *_ = change.items()
    assert json.loads((run / "config.json").read_text())["training"][name] == value


def test_patience_ends_a_training_that_can_go_on(tmp_path: Path, file: Path) -> None:
    run = tmp_path / "run"
    trained_until(8, classifier(file, run, epochs=50, learning_rate=1e-9))
    ended = trained(resume(run, changes={"patience": 2}))[-1]
    assert isinstance(ended, Finished)
    assert ended.reason == "no improvement"
    assert ended.step < 10 * 7
    longer = trained(resume(run, changes={"patience": 0, "epochs": 9}))[-1]
    assert longer.step == 9 * 7


def test_a_handful_of_texts_is_enough(tmp_path: Path) -> None:
    few = write_csv(tmp_path / "few.csv", reviews(6))
    assert trained(classifier(few, tmp_path / "run", validation_share=0.2)())[-1].step == 4
