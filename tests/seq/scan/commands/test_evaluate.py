"""`charlm scan evaluate` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands_of_scan import tiny

from corpora.scan.grammar import interpret

Charlm = Callable[..., Any]
Refused = Callable[..., str]


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


def test_a_model_that_is_none_is_a_line(refused: Refused) -> None:
    assert "there is no model 'nowhere'" in refused("scan", "evaluate", "nowhere")
