"""Trainings that start from another model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from training_helpers import request, result, resume, short_text, start, trained, trained_until

import charlm
from charlm.evaluation import evaluate
from charlm.model import CharLM
from charlm.runs.files import CONFIG
from charlm.start import load_torch_model
from charlm.task import LanguageModelling
from charlm.training.log import read_events
from corpora.errors import UserError
from corpora.text.vocabulary import Vocabulary

CPU = torch.device("cpu")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A trained run on a text in small letters only."""
    plain = tmp_path / "plain.txt"
    plain.write_text(re.sub(r"[^a-z \n]", "", short_text(tmp_path).read_text().lower()))
    trained(start(request(plain, Path("old"), epochs=4, learning_rate=0.02)))
    return plain


def new_text(tmp_path: Path) -> Path:
    """Another text, with figures and capitals in it."""
    new = tmp_path / "new.txt"
    new.write_text("".join(f"Line {n} of {n * n}: {n**3}.\n" for n in range(200)))
    return new


def loss_on(model: CharLM, vocabulary: Vocabulary, path: Path) -> float:
    ids = vocabulary.encode(path.read_text())
    return evaluate(model, ids, device=CPU, line_feed=None).nats_per_character


def test_a_model_to_start_from_keeps_what_it_knew(old: Path, tmp_path: Path) -> None:
    before, known = load_torch_model(Path("old"), CPU)
    with start(from_model("old", new_text(tmp_path), hidden_size=99, dropout=0.4)) as training:
        task = training.trainer.task
        assert isinstance(task, LanguageModelling)
        after, vocabulary = task.model, task.vocabulary
        assert vocabulary.symbols[: len(known)] == known.symbols
        assert set("0123456789L:.") <= set(vocabulary.symbols)
        # The old distribution loses next to nothing to the symbols that are new.
        assert loss_on(after, vocabulary, old) == pytest.approx(
            loss_on(before, known, old), abs=0.1
        )
        kept = slice(len(known))
        assert torch.equal(after.embedding.weight[kept], before.embedding.weight)
        assert torch.equal(after.output.weight[kept], before.output.weight)
        assert torch.equal(after.layers[1].weight_hh_l0, before.layers[1].weight_hh_l0)
        # The shape is that of the model; the dropout is what is asked for now.
        assert after.config == before.config.replace({"dropout": 0.4})


def from_model(model: str, text: Path, run: Path | None = None, **changes: Any) -> Any:
    asked = request(text, run, **changes)
    return type(asked)(**(vars(asked) | {"init_from": model}))


@pytest.mark.wide
@pytest.mark.parametrize("model", ["old", "old/model.safetensors"])
def test_a_model_to_start_from_learns_the_new_text_and_can_be_resumed(
    old: Path, tmp_path: Path, model: str
) -> None:
    new, run, whole = new_text(tmp_path), Path("new"), Path("whole")
    trained(start(from_model(model, new, whole)))
    trained_until(20, start, from_model(model, new, run))
    trained(resume(run))
    assert result(run) == result(whole)
    assert json.loads((run / CONFIG).read_text())["init_from"] == model
    losses = [e["loss"] for e in read_events(run) if e["event"] == "evaluated"]
    assert losses[-1] < losses[0]
    assert set(charlm.load("new").vocabulary.symbols) == set(old.read_text() + new.read_text())


def test_the_same_text_again_starts_where_it_ended(old: Path) -> None:
    model, vocabulary = load_torch_model(Path("old"), CPU)
    with start(from_model("old", old)) as training:
        task = training.trainer.task
        assert isinstance(task, LanguageModelling)
        assert task.vocabulary == vocabulary
        for name, tensor in model.state_dict().items():
            assert torch.equal(task.model.state_dict()[name], tensor)


@pytest.mark.parametrize("name", ["nothing", "text.txt"])
def test_what_is_no_model_cannot_be_started_from(text: Path, name: str) -> None:
    Path("text.txt").write_text("no model")
    with pytest.raises(UserError, match=name), start(from_model(name, text)):
        pass
    assert not Path("runs").exists()
