"""`charlm caption train` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import advised, assert_resumed_as_said
from refusals import refusals
from scene_helpers import captioner_flags, request
from training_helpers import start, trained

from charlm.runs.files import CONFIG, MODEL
from seq.caption.task import Captioning

Charlm = Callable[..., Any]
Refused = Callable[..., str]


@pytest.mark.long
def test_the_command_is_the_library_and_says_what_to_do_next(charlm: Charlm) -> None:
    trained(start(request(Path("library"))))
    ended = charlm("caption", "train", "--out", "a run", *captioner_flags())
    assert ended.code == 0, ended.err
    assert Path("a run", MODEL).read_bytes() == Path("library", MODEL).read_bytes()
    assert "(as it is: a" in ended.out
    again = charlm(*advised(ended.out, "describe with: charlm "))
    assert again.code == 0
    assert "nats" in again.out
    assert "words" in charlm("info", "a run").out
    assert charlm("export", "a run", "half").code == 0
    assert charlm("caption", "evaluate", "half", "--count", "3").code == 0


@pytest.mark.long
def test_a_stopped_training_is_resumed_as_it_says(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["caption", "train", *captioner_flags()]
    assert_resumed_as_said(charlm, monkeypatch, Captioning, 3, command)


@pytest.mark.long
def test_a_folder_that_draw_wrote_is_trained_on_and_described(charlm: Charlm) -> None:
    assert charlm("caption", "draw", "30", "--out", "own").code == 0
    flags = captioner_flags(epochs=1)
    ended = charlm("caption", "train", "own", "--rarest", "2", "--out", "run", *flags)
    assert ended.code == 0, ended.err
    corpus = json.loads(Path("run", CONFIG).read_text())["corpus"]
    assert (corpus["pictures"], corpus["rarest"]) == (30, 2)
    picture = "own/Images/000003.png"
    found = json.loads(charlm("caption", "describe", picture, "--model", "run", "--json").out)
    assert found["picture"] == picture
    assert "true" not in found["captions"][0]
    shown = charlm("caption", "evaluate", "run").out
    assert "own, test part: 3 pictures" in shown
    assert "BLEU-4" in shown
    about = charlm("caption", "info", "own").out
    assert "pictures: 30" in about
    assert "24 for training; 3 for validation; 3 for test" in about


@refusals(
    """
    nowhere                             | there is no folder nowhere
    --picture-size 50                   | picture_size must be a multiple of 8, not 50
    --picture-size 96                   | scenes have 48 x 48 pixels
    --channels 8                        | channels must lie between 16 and
    --split other                       | other
    --rarest 0                          | --rarest must be 1 or more, not 0
    --resume nowhere                    | nowhere
    --resume nowhere --hidden-size 3    | --hidden-size cannot change
    --resume nowhere --rarest 3         | leave out --rarest
    """
)
def test_what_train_cannot_do_is_a_line(refused: Refused, arguments: list[str], line: str) -> None:
    assert line in refused("caption", "train", *arguments)
