"""`charlm scan compare` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import flags
from commands_of_scan import put, shape, training, translator_flags
from refusals import refusals

from charlm.runs.files import MODEL

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_a_comparison(charlm: Charlm, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "other")
    given = flags(shape(), training(epochs=1))
    given = [flag for flag in given if not flag.startswith("--attention")]
    command = ["scan", "compare", "tiny", "other", "--seeds", "2", "--out", "out", *given]
    ended = charlm(*command, "--attention", "none", "--attention", "dot")
    assert ended.code == 0
    rows = json.loads(Path("out/compare.json").read_text())
    assert [(row["split"], row["attention"]) for row in rows] == [
        ("tiny", "none"), ("tiny", "dot"), ("other", "none"), ("other", "dot"),
    ]  # fmt: skip
    assert all(len(row["exact_match"]) == 2 for row in rows)
    assert Path("out/compare.md").read_text().count("\n") == 2 + len(rows)
    for name in ("tiny", "other"):
        assert Path(f"out/{name}.png").read_bytes().startswith(b"\x89PNG")
    before = Path("out/tiny-dot-2", MODEL).read_bytes()
    again = charlm(*command, "--attention", "none", "--attention", "dot", "--json")
    assert json.loads(again.out)["rows"] == [
        {**row, "minutes": pytest.approx(row["minutes"], abs=0.1)} for row in rows
    ]
    assert Path("out/tiny-dot-2", MODEL).read_bytes() == before


def test_other_settings_do_not_mix_with_runs_that_are_there(
    charlm: Charlm, refused: Refused
) -> None:

    def command(**changes: Any) -> list[str]:
        own = [flag for flag in translator_flags(**changes) if not flag.startswith("--attention")]
        return ["scan", "compare", "tiny", "--attention", "none", "--out", "out", *own]

    assert charlm(*command(epochs=1)).code == 0
    assert "has batch_size 8, not 4" in refused(*command(epochs=1, batch_size=4))
    assert "has hidden_size 12, not 14" in refused(*command(epochs=1, hidden_size=14))


@refusals(
    """
                   | which splits?
    tiny --seeds 0 | --seeds must lie between
    smple          | there is no split 'smple'
    """
)
def test_what_compare_cannot_do_is_a_line(
    refused: Refused, arguments: list[str], line: str
) -> None:
    assert line in refused("scan", "compare", *arguments)
