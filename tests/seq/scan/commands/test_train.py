"""`charlm scan train` as people call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import advised, assert_resumed_as_said
from commands_of_scan import request, translator_flags
from refusals import refusals
from training_helpers import start, trained

from charlm.runs.files import MODEL
from seq.scan.task import Translation

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_the_command_is_the_library_and_says_what_to_do_next(charlm: Charlm) -> None:
    trained(start(request(Path("library"))))
    ended = charlm("scan", "train", "--split", "tiny", "--out", "a run", *translator_flags())
    assert ended.code == 0
    assert Path("a run", MODEL).read_bytes() == Path("library", MODEL).read_bytes()
    again = charlm(*advised(ended.out, "translate with: charlm "))
    assert again.code == 0
    assert "probability" in again.out


def test_a_run_is_named_after_split_attention_and_ideas(charlm: Charlm) -> None:
    wanted = translator_flags(epochs=1, attention="cosine")
    assert charlm("scan", "train", "--split", "tiny", *wanted).code == 0
    assert Path("runs/scan-tiny-cosine", MODEL).exists()
    assert charlm("scan", "train", "--split", "tiny", *wanted, "--ideas", "both").code == 0
    assert Path("runs/scan-tiny-cosine-both", MODEL).exists()


def test_a_stopped_training_is_resumed_as_it_says(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["scan", "train", "--split", "tiny", *translator_flags()]
    assert_resumed_as_said(charlm, monkeypatch, Translation, 6, command)


def test_models_and_info_know_translators(charlm: Charlm) -> None:
    assert charlm("scan", "train", "--split", "tiny", *translator_flags(epochs=1)).code == 0
    assert "translator" in charlm("models").out
    shown = charlm("info", "runs/scan-tiny-scaled_dot").out
    assert "I_JUMP" in shown
    assert "thrice" in shown


@refusals(
    """
    --split simpel                  | there is no split 'simpel'; splits are simple, length
    --hidden-size 7                 | hidden_size must be even, not 7
    --attention luong               | luong
    --resume nowhere                | nowhere
    --resume nowhere --split length | leave out --
    --resume nowhere --dropout 0.5  | --dropout cannot change
    --resume nowhere --ideas swaps  | --ideas cannot change
    --ideas lexicon                 | lexicon
    --made-share 1.0                | made_share must lie between 0 and 0.95
    """
)
def test_what_train_cannot_do_is_a_line(refused: Refused, arguments: list[str], line: str) -> None:
    assert line in refused("scan", "train", *arguments)
