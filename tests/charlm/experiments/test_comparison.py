"""What a comparison makes of runs that are there: other settings, older ones, diverged ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from training_helpers import last_step, request, short_text, trained, trained_until

from charlm.config import ModelConfig, TrainingConfig
from charlm.console.interrupts import Interrupts
from charlm.experiments.comparison import (
    check_settings,
    find_changes,
    has_diverged,
    open_or_resume,
    run_in_turn,
    train_to_end,
)
from charlm.runs.files import CONFIG
from charlm.task import LanguageModelling
from charlm.training.request import Hooks
from charlm.training.session import MAY_CHANGE
from corpora.errors import UserError

MODEL, TRAINING = ModelConfig(), TrainingConfig()
FOLDER = Path("run")


def record(model: dict[str, Any], training: dict[str, Any]) -> None:
    FOLDER.mkdir()
    (FOLDER / CONFIG).write_text(json.dumps({"model": model, "training": training}))


def test_what_may_change_on_resuming_may_differ() -> None:
    free: dict[str, Any] = {"epochs": 99, "device": "cpu", "patience": 1, "sample_length": 3}
    assert set(free) <= MAY_CHANGE
    record(MODEL.to_json(), TRAINING.replace(free).to_json())
    check_settings(FOLDER, {"model": MODEL, "training": TRAINING})
    assert find_changes(FOLDER, TRAINING) == {
        name: getattr(TRAINING, name) for name in free if getattr(TRAINING, name) != free[name]
    }
    assert find_changes(FOLDER, TRAINING.replace(free)) == {}


def test_what_must_be_the_same_may_not_differ() -> None:
    record(MODEL.to_json(), TRAINING.to_json())
    with pytest.raises(UserError, match="has seed 1, not 2; name another --out"):
        check_settings(FOLDER, {"training": TRAINING.replace({"seed": 2})})
    with pytest.raises(UserError, match="has hidden_size 128, not 64"):
        check_settings(FOLDER, {"model": MODEL.replace({"hidden_size": 64})})
    with pytest.raises(UserError, match="has split None, not 'length'"):
        check_settings(FOLDER, {"corpus": {"split": "length"}})


def test_a_field_of_a_later_version_counts_as_its_default() -> None:
    older = MODEL.to_json()
    del older["weight_dropout"]
    record(older, TRAINING.to_json())
    check_settings(FOLDER, {"model": MODEL, "training": TRAINING})
    with pytest.raises(UserError, match=r"has weight_dropout 0\.0, not 0\.5"):
        check_settings(FOLDER, {"model": MODEL.replace({"weight_dropout": 0.5})})
    del older["cell"]
    (FOLDER / CONFIG).write_text(json.dumps({"model": older}))
    with pytest.raises(UserError, match="has cell None, not 'lstm'"):
        check_settings(FOLDER, {"model": MODEL})


def test_without_a_run_there_is_nothing_to_compare() -> None:
    check_settings(FOLDER, {"model": MODEL})
    assert find_changes(FOLDER, TRAINING) == {}
    assert not has_diverged(FOLDER)


@pytest.mark.long
def test_a_run_is_resumed_with_what_has_changed(tmp_path: Path) -> None:
    text = short_text(tmp_path)
    first, longer = (request(text, FOLDER, epochs=epochs) for epochs in (1, 2))
    wanted = {"model": first.model, "training": first.training}
    trained(open_or_resume(first, wanted, Hooks()))
    assert last_step(FOLDER) == 33
    trained(open_or_resume(longer, {**wanted, "training": longer.training}, Hooks()))
    assert last_step(FOLDER) == 66
    assert json.loads((FOLDER / CONFIG).read_text())["training"]["epochs"] == 2


@pytest.mark.parametrize("step", [3, 20], ids=["before the first save", "later"])
def test_a_run_that_diverged_is_not_trained_again(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    step: int,
) -> None:
    text, real = short_text(tmp_path), LanguageModelling.loss
    made: list[int] = []

    def loss(self: LanguageModelling, *given: Any) -> Any:
        made.append(0)
        return real(self, *given) * (float("nan") if len(made) > step else 1.0)

    monkeypatch.setattr(LanguageModelling, "loss", loss)
    asked, stop = request(text, FOLDER), Interrupts()
    wanted = {"model": asked.model, "training": asked.training}

    def train() -> int:
        return train_to_end(asked, wanted, stop, Console(quiet=True))

    after: list[int] = []
    assert run_in_turn([train, lambda: after.append(1) or 0], stop) == 0
    assert (has_diverged(FOLDER), after) == (True, [1])
    steps = len(made)
    assert train() == 0
    assert len(made) == steps
    assert "run diverged; remove it to train it again" in capsys.readouterr().err


def test_a_run_that_was_stopped_has_not_diverged(tmp_path: Path) -> None:
    asked = request(short_text(tmp_path), FOLDER)
    trained_until(20, lambda **hooks: open_or_resume(asked, {}, Hooks(**hooks)))
    assert not has_diverged(FOLDER)
    assert train_to_end(asked, {}, Interrupts(), Console(quiet=True)) == 0
    assert last_step(FOLDER) == 66
