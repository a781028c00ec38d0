"""`charlm scan attention` as people call it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands_of_scan import tiny

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]


@pytest.mark.parametrize("color", [False, True])
def test_the_weights_are_shown_in_hundredths(
    charlm: Charlm, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch, color: bool
) -> None:
    if color:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLORTERM", "truecolor")
    ended = charlm("scan", "attention", "walk", "turn left", "--model", runs["scaled_dot"])
    assert ended.code == 0
    assert ("\x1b[" in ended.out) == color
    plain = re.sub(r"\x1b\[[\d;]*m", "", ended.out)
    first, second = plain.split("\n\n")
    assert first.splitlines()[0].split() == ["walk"]
    for line in first.splitlines()[2:]:
        assert line.split()[1:] == ["100"]
    for line in second.splitlines()[2:]:
        weights = [0 if cell == "·" else int(cell) for cell in line.split()[1:]]
        assert abs(sum(weights) - 100) <= 1


def test_two_test_commands_are_drawn_where_none_is_given(
    charlm: Charlm, runs: dict[str, Path]
) -> None:
    shown = charlm("scan", "attention", "--json", "--model", runs["scaled_dot"])
    drawn = [json.loads(line)["command"] for line in shown.out.splitlines()]
    assert len(set(drawn)) == 2
    assert set(drawn) <= {" ".join(pair.command) for pair in tiny().test}


def test_maps_are_drawn_as_a_picture(charlm: Charlm, runs: dict[str, Path]) -> None:
    for name, command in (("one", ["translate", "jump"]), ("two", ["attention"])):
        ended = charlm("scan", *command, "--png", f"{name}.png", "--model", runs["scaled_dot"])
        assert (ended.code, ended.err) == (0, f"written: {name}.png\n")
        assert Path(f"{name}.png").read_bytes().startswith(b"\x89PNG")
