"""Training a translator: what it learns from, that it learns, and that it resumes exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from commands_of_scan import put, request, some, tiny, training
from training_helpers import Result, last_step, result, resume, start, trained, trained_until

from charlm.runs.files import CONFIG
from charlm.runs.run_folder import RunFolder
from charlm.training.events import Evaluated, Sampled
from charlm.training.log import read_events
from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, interpret
from corpora.scan.splits import Split
from seq.scan import library
from seq.scan.training import _hold_out

pytestmark = pytest.mark.long


def test_pairs_that_are_repeated_are_never_set_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = some(30)
    put(monkeypatch, "repeated", Split("repeated", pairs + pairs[:1] * 25, ()))
    seen = set()
    for seed in range(20):
        training_, validation = _hold_out(
            pairs + pairs[:1] * 25, training(seed=seed, validation_share=0.3)
        )
        assert not set(training_.tolist()) & set(validation.tolist())
        assert len(training_) + len(validation) == 55
        assert len(validation) == 16
        seen |= set(validation.tolist())
    assert seen == set(range(1, 30))


def test_too_few_pairs_to_set_any_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "two", Split("two", some(2), some(2)))
    with pytest.raises(UserError, match="2 commands are too few to hold out a share"):
        trained(start(request(None, "two")))


def test_a_model_overfits_16_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the default attention. That the other kinds learn is tested in `layers`."""
    pairs = some(17)
    put(monkeypatch, "few", Split("few", pairs, ()))
    wanted = {
        "hidden_size": 48,
        "embedding_size": 16,
        "dropout": 0.0,
        "epochs": 60,
        "batch_size": 4,
    }
    run = tmp_path / "run"
    trained(start(request(run, "few", validation_share=0.06, **wanted)))
    # The last weights: what was kept is the best on the one pair that was set apart.
    translator = library.load(str(run), device="cpu")
    translator.model.load_state_dict(last_weights(run))
    rows, _ = _hold_out(pairs, training(validation_share=0.06))
    learned = [pairs[row] for row in rows]
    assert len(learned) == 16
    found = translator.actions([" ".join(pair.command) for pair in learned])
    assert found == [pair.actions for pair in learned]


def last_weights(run: Path) -> dict[str, torch.Tensor]:
    arrays, _ = RunFolder(run).load_last()
    return {
        name.removeprefix("model."): torch.tensor(array)
        for name, array in arrays.items()
        if name.startswith("model.")
    }


KINDS: dict[str, dict[str, Any]] = {
    "attention": {},
    "none, two layers": {"attention": "none", "num_layers": 2, "dropout": 0.4},
    "on its own": {"teacher_forcing": 0.5, "attention": "cosine", "evaluate_every": 4},
    "feeding, a large encoder": {"input_feeding": True, "encoder_hidden_size": 9},
    "gru in bf16": {"cell": "gru", "precision": "bf16", "attention": "additive"},
}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Result]:
    folder = tmp_path_factory.mktemp("uninterrupted")

    @cache
    def of(kind: str) -> Result:
        trained(start(request(folder / kind, **KINDS[kind])))
        return result(folder / kind)

    return of


@pytest.mark.wide(2)
@pytest.mark.parametrize("kind", KINDS)
def test_a_translator_resumes_exactly(
    tmp_path: Path, uninterrupted: Callable[[str], Result], kind: str
) -> None:
    """Before the first step, in a pass, between passes, and at the end."""
    run = tmp_path / "cut"
    trained_until(0, lambda **hooks: start(request(run, **KINDS[kind]), **hooks))
    for step in (2, 5, 7, 10, 20):
        trained_until(step, resume, run)
        assert last_step(run) == step
    trained(resume(run))
    assert result(run) == uninterrupted(kind)


def test_more_passes_can_be_asked_for_and_nothing_else(tmp_path: Path) -> None:
    run = tmp_path / "run"
    trained(start(request(run, epochs=1)))
    trained(resume(run, changes={"epochs": 2}))
    assert json.loads((run / CONFIG).read_text())["training"]["epochs"] == 2
    with pytest.raises(UserError, match="may change while a run is resumed"):
        trained(resume(run, changes={"batch_size": 3}))


def test_pairs_that_have_changed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(start(request(tmp_path / "run", epochs=1)))
    put(monkeypatch, "tiny", Split("tiny", tiny().train[1:], tiny().test))
    with pytest.raises(UserError, match="has changed, or is another corpus"):
        trained(resume(tmp_path / "run"))


def test_what_is_logged(tmp_path: Path) -> None:
    events = trained(start(request(tmp_path / "run")))
    evaluated = [event for event in events if isinstance(event, Evaluated)]
    assert [event.epoch for event in evaluated] == [1, 2, 3, 4]
    assert all(0 <= event.metrics["accuracy"] <= 1 for event in evaluated)
    samples = [event.text for event in events if isinstance(event, Sampled)]
    for text in samples:
        command, actions = text.split(" → ")
        interpret(command)
        assert set(actions.split()) <= set(ACTIONS)
    assert len([*read_events(tmp_path / "run")]) == len(events)
    about = json.loads((tmp_path / "run" / CONFIG).read_text())
    assert about["corpus"]["split"] == "tiny"
    assert about["corpus"]["pairs"] == 44
