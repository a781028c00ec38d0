"""`charlm scan evaluate` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands_of_scan import SHORT, put, some, tiny, translator_flags

from corpora.scan.grammar import Pair, interpret
from corpora.scan.splits import Split

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]
TWO = (("walk", "run"), ("run", "walk"))


def test_exact_match_is_counted_by_length(charlm: Charlm, runs: dict[str, Path]) -> None:
    ended = charlm("scan", "evaluate", runs["scaled_dot"], "--json")
    found = json.loads(ended.out)
    assert (found["split"], found["commands"]) == ("tiny", 10)
    assert found["right"] + len(found["mistakes"]) == 10
    assert found["exact_match"] == found["right"] / 10
    assert sum(group["commands"] for group in found["by_length"]) == 10
    wrong = {mistake["command"] for mistake in found["mistakes"]}
    for mistake in found["mistakes"]:
        assert mistake["wanted"] == " ".join(interpret(mistake["command"])) != mistake["said"]
    assert wrong <= {" ".join(pair.command) for pair in tiny().test}
    shown = charlm("scan", "evaluate", runs["scaled_dot"], "--errors", "0").out
    assert f"{found['right']} of 10 right" in shown
    assert "not  " not in shown


def test_commands_that_were_made_are_counted_apart(
    charlm: Charlm, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    both, turned = (Pair((a, "and", b), interpret(f"{a} and {b}")) for a, b in TWO)
    put(monkeypatch, "tiny", Split("tiny", (*SHORT, *some(20), both), (turned, *tiny().test)))
    wanted = translator_flags(epochs=1)
    made = ["scan", "train", "--split", "tiny", "--ideas", "swaps", *wanted, "--out", "made"]
    assert charlm(*made).code == 0
    found = json.loads(charlm("scan", "evaluate", "made", "--json").out)
    shares = {share["origin"]: share for share in found["by_origin"]}
    assert sum(shares[origin]["commands"] for origin in ("made", "not made")) == 11
    assert sum(shares[origin]["right"] for origin in ("made", "not made")) == found["right"]
    shown = charlm("scan", "evaluate", "made").out
    assert shares["made"]["commands"] == 1
    assert "commands that rules made for its training: 0 of 1 right, 0.00%" in shown
    plain = json.loads(charlm("scan", "evaluate", runs["none"], "--json").out)
    assert plain["by_origin"] == []


def test_a_model_that_is_none_is_a_line(refused: Refused) -> None:
    assert "there is no model 'nowhere'" in refused("scan", "evaluate", "nowhere")
