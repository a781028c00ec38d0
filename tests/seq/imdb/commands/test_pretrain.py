"""`charlm imdb pretrain` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import advised, assert_resumed_as_said
from reviews import reviews, word_model_flags, write_csv

from charlm.runs.files import CONFIG
from seq.imdb.words.task import WordModelling

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_pretraining_and_what_it_advises_to_do_next(charlm: Charlm) -> None:
    file = write_csv(Path("my {own}.csv"), reviews(60))
    ended = charlm("imdb", "pretrain", file, "--out", "words", *word_model_flags(epochs=1))
    assert ended.code == 0
    command = advised(ended.out, "start a classifier from it: ")
    assert command == [
        *("charlm", "imdb", "train", "my {own}.csv"),
        *("--preset", "pretrained", "--init-from", "words"),
    ]
    ended = charlm(*command[1:], "--out", "run", "--epochs=1")
    assert ended.code == 0
    about = json.loads(Path("run", CONFIG).read_text())
    assert (about["model"]["hidden_size"], about["model"]["pooling"]) == (8, "concat")


def test_pretraining_needs_no_labels_and_resumes(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("own.txt").write_text("\n".join(text for text, _ in reviews(60)) + "\n")
    command = ["imdb", "pretrain", "own.txt", *word_model_flags()]
    assert_resumed_as_said(charlm, monkeypatch, WordModelling, 7, command)


def test_a_word_model_is_no_classifier(charlm: Charlm, refused: Refused, file: Path) -> None:
    assert charlm("imdb", "pretrain", file, "--out=words", *word_model_flags(epochs=1)).code == 0
    for asked in (
        ("classify", "--model=words", "a text"),
        ("evaluate", "words", file),
        ("train", "--resume=words"),
    ):
        assert "of kind 'word-model', not 'classifier'" in refused("imdb", *asked)
