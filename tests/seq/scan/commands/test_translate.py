"""`charlm scan translate` as people call it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands_of_scan import tiny
from refusals import refusals

from corpora.scan.grammar import interpret
from seq.scan import library

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_translations_are_told_with_their_maps(charlm: Charlm, runs: dict[str, Path]) -> None:
    command = " ".join(tiny().train[0].command)
    ended = charlm("scan", "translate", command, "--model", runs["scaled_dot"])
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].split() == [*tiny().train[0].actions]
    assert lines[2].split() == command.split()
    rows = [line.split()[0] for line in lines[3:] if line[:1] in ("I", "<")]
    assert rows == [*tiny().train[0].actions, "<end>"]
    assert lines[-1].endswith("right")
    assert re.search("[░▒▓█]", ended.out)
    plain = charlm("scan", "translate", command, "--model", runs["none"])
    assert plain.code == 0
    assert not re.search("[░▒▓█]", plain.out)


def test_a_beam_shows_all_that_it_holds(charlm: Charlm, runs: dict[str, Path]) -> None:
    ended = charlm("scan", "translate", "jump", "--beam", "3", "--model", runs["scaled_dot"])
    shares = [float(share) for share in re.findall(r"^([\d.]+)%", ended.out, re.MULTILINE)]
    assert len(shares) == 3
    assert shares == sorted(shares, reverse=True)


def test_json_has_all_figures(charlm: Charlm, runs: dict[str, Path]) -> None:
    model = ["--model", str(runs["scaled_dot"]), "--json"]
    ended = charlm("scan", "translate", "Jump  LEFT", *model, "--beam", "2")
    (found,) = map(json.loads, ended.out.splitlines())
    assert found["command"] == "jump left"
    assert found["right"] == (tuple(found["actions"]) == interpret("jump left"))
    assert len(found["beam"]) == 2
    assert found["log_prob"] == pytest.approx(found["beam"][0]["log_prob"], abs=1e-4)
    attention = np.array(found["attention"])
    assert attention.shape == (len(found["steps"]), 2)
    np.testing.assert_allclose(attention.sum(1), 1, atol=1e-5)
    said = [row[step] for row, step in zip(found["probabilities"], found["steps"], strict=True)]
    assert math.prod(said) == pytest.approx(math.exp(found["log_prob"]), rel=1e-3)


def test_many_commands_come_on_standard_input(charlm: Charlm, runs: dict[str, Path]) -> None:
    commands = [" ".join(pair.command) for pair in tiny().train[:5]]
    said = "\n".join(["", *commands]).encode()
    ended = charlm("scan", "translate", "--model", runs["scaled_dot"], stdin=said)
    found = library.load(str(runs["scaled_dot"])).actions(commands)
    assert ended.out.splitlines() == [
        f"{command}: {' '.join(actions)}" for command, actions in zip(commands, found, strict=True)
    ]


def test_what_needs_attention_says_so(refused: Refused, runs: dict[str, Path]) -> None:
    model = ["--model", runs["none"]]
    assert "without attention" in refused("scan", "attention", "jump", *model)
    said = refused("scan", "translate", "jump", "--json", *model, "--png", "map.png")
    assert "a translator without attention" in said
    assert not Path("map.png").exists()


def test_a_model_of_another_kind_is_refused(
    refused: Refused, good_or_bad: Path, runs: dict[str, Path]
) -> None:
    said = refused("scan", "translate", "jump", "--model", good_or_bad)
    assert "holds a model of kind 'classifier', not 'translator'" in said
    said = refused("imdb", "classify", "jump", "--model", runs["none"])
    assert "holds a model of kind 'translator', not 'classifier'" in said


@refusals(
    """
    'jump twise'         | 'twise' is no word of SCAN (did you mean twice?)
    turn                 | the command is not complete
                         | there is no command
    jump --beam 0        | --beam must lie between 1 and
    jump --model nowhere | there is no model 'nowhere'
    """
)
def test_what_translate_cannot_do_is_a_line(
    refused: Refused, runs: dict[str, Path], arguments: list[str], line: str
) -> None:
    model = [] if "--model" in arguments else ["--model", str(runs["none"])]
    assert line in refused("scan", "translate", *arguments, *model)
