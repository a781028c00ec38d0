"""`charlm scan failures` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands_of_scan import tiny

from corpora.scan.grammar import interpret
from seq.scan.failures import name_kind

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_every_mistake_is_of_a_kind(charlm: Charlm, runs: dict[str, Path]) -> None:
    found = json.loads(charlm("scan", "failures", runs["scaled_dot"], "tiny", "--json").out)
    rated = json.loads(charlm("scan", "evaluate", runs["scaled_dot"], "--json").out)
    listed = [one for mistakes in found["kinds"].values() for one in mistakes]
    assert sorted(listed, key=str) == sorted(rated["mistakes"], key=str)
    assert found["wrong"] == len(listed) > 0
    for kind, mistakes in found["kinds"].items():
        for one in mistakes:
            assert name_kind(interpret(one["command"]), tuple(one["said"].split())) == kind
    wrong = [one["command"].split() for one in listed]
    for one in found["words"]:
        assert one["wrong"] == sum(one["word"] in command for command in wrong)
        assert one["commands"] == sum(one["word"] in pair.command for pair in tiny().test) > 0


def test_examples_are_shown_as_many_as_asked_for(charlm: Charlm, runs: dict[str, Path]) -> None:
    found = json.loads(charlm("scan", "failures", runs["scaled_dot"], "--json").out)
    for shown in (0, 1):
        out = charlm("scan", "failures", runs["scaled_dot"], "--shown", str(shown)).out
        assert out.count("\n    not  ") == shown * len(found["kinds"])
        for kind, mistakes in found["kinds"].items():
            assert f"\n{kind}: {len(mistakes):,}, " in out


def test_what_failures_cannot_do_is_a_line(refused: Refused, runs: dict[str, Path]) -> None:
    run = str(runs["none"])
    assert "there is no split and no file 'tinny'" in refused("scan", "failures", run, "tinny")
    assert "there is no model 'nowhere'" in refused("scan", "failures", "nowhere")
    assert "--shown cannot be negative" in refused("scan", "failures", run, "--shown", "-1")
