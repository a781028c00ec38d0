"""`charlm imdb train` with a preset that trains a word model first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import advised, flags, signalled
from reviews import pretraining, reader, training

from charlm.runs.files import CONFIG, MODEL
from seq.imdb.config import PRESETS, Preset
from seq.imdb.words.task import WordModelling

Charlm = Callable[..., Any]


@pytest.fixture
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Preset pretrained with a first step that takes a blink."""
    chosen = PRESETS["pretrained"]
    quick = Preset(chosen.why, chosen.model, chosen.training, pretraining())
    monkeypatch.setitem(PRESETS, "pretrained", quick)  # type: ignore[arg-type]


TWO_STEPS = flags(reader(), training(), epochs=1, vocabulary_size=12)


@pytest.mark.usefixtures("two_steps")
def test_the_pretrained_preset_is_two_trainings(charlm: Charlm, file: Path) -> None:
    ended = charlm("imdb", "train", file, "--preset=pretrained", "--out", "run", *TWO_STEPS)
    assert ended.code == 0
    about = json.loads(Path("run", CONFIG).read_text())
    assert about["init_from"] == "run-words"
    assert about["model"]["hidden_size"] == 8
    words = Path("run-words", "vocabulary.json").read_text()
    assert Path("run", "vocabulary.json").read_text() == words
    assert len(json.loads(words)["words"]) == 12


@pytest.mark.usefixtures("two_steps")
def test_ctrl_c_in_the_first_training_ends_both(
    charlm: Charlm, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("imdb", "train", file, "--preset=pretrained", "--out")
    assert charlm(*asked, "whole", *TWO_STEPS).code == 0
    with monkeypatch.context() as patch:
        signalled(patch, WordModelling, 12)
        ended = charlm(*asked, "run", *TWO_STEPS)
    assert ended.code == 130
    assert not Path("run").exists()
    resumed = charlm(*advised(ended.out, "resume with: ")[1:])
    assert resumed.code == 0
    second = advised(resumed.out, "start a classifier from it: ")[1:]
    settled = ("--vocabulary-size", "--min-frequency", "--no-correct-spelling")
    options = [o for o in flags(training(epochs=1)) if not o.startswith(settled)]
    assert charlm(*second, "--out", "run", *options).code == 0
    assert Path("run", MODEL).read_bytes() == Path("whole", MODEL).read_bytes()
