"""`charlm scan rules` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nonsense import speak
from refusals import refusals

from corpora.scan.grammar import interpret

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_a_student_reads_what_was_learned(charlm: Charlm, company: None) -> None:
    shown = charlm("scan", "rules", "tiny", "--shown", "1")
    assert shown.code == 0
    assert "walk, look, run and jump stand for each other; they bring I_WALK" in shown.out
    assert "new pairs by exchanges, such as\n" in shown.out
    assert "test commands" not in shown.out


def test_a_look_at_the_test_commands_says_that_it_is_one(charlm: Charlm, company: None) -> None:
    shown = charlm("scan", "rules", "tiny", "--coverage")
    assert shown.out.splitlines()[-1] == (
        "a look at the test commands, for this report alone: 2 of 3 were made (66.67%), "
        "0 of these with wrong actions"
    )
    without = charlm("scan", "rules", "tiny")
    assert shown.out.splitlines()[:-1] == without.out.splitlines()


def test_json_has_every_pair(charlm: Charlm, company: None) -> None:
    found = json.loads(charlm("scan", "rules", "tiny", "--json", "--coverage").out)
    assert found["coverage"] == {"test": 3, "made": 2, "wrong": 0}
    made = dict(line.split(": ") for line in found["swapped"] + found["recombined"])
    assert len(made) == len(found["swapped"]) + len(found["recombined"]) > 0
    assert all(tuple(actions.split()) == interpret(command) for command, actions in made.items())
    assert [sorted(group) for group in found["types"]] == [
        ["jump", "look", "run", "walk"], ["left", "right"]
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["{}\t{}", "IN: {} OUT: {}"])
def test_own_pairs_are_read_from_a_file(charlm: Charlm, form: str) -> None:
    lines = [form.format(" ".join(p.command), " ".join(p.actions)) for p in speak()[:36]]
    Path("own pairs.tsv").write_text("\n".join([*lines, "", ""]))
    found = json.loads(charlm("scan", "rules", "own pairs.tsv", "--json").out)
    assert found["commands"] == 36
    assert {"pim", "tuf"} == {rule["word"] for rule in found["rules"]}
    assert found["types"][0] == {"dax": "red", "wif": "blue", "lug": "green", "zup": "grey"}


def test_where_there_is_no_rule_it_says_so(charlm: Charlm) -> None:
    Path("few.tsv").write_text("a b\tA\nc\tB C\n")
    shown = charlm("scan", "rules", "few.tsv").out
    assert shown.splitlines()[1:] == ["  no rule was found", "no pair is made"]


@refusals(
    """
    nowhere                    | there is no split and no file 'nowhere'; splits are simple
    tiny --longest-made -1     | cannot be negative
    tiny --ideas swap          | swap
    lines.tsv --coverage       | lines.tsv has no test commands
    broken.tsv                 | broken.tsv, line 2 is no pair
    empty.tsv                  | empty.tsv holds no pairs
    .                          | it is a folder; name a file
    """
)
def test_what_rules_cannot_do_is_a_line(refused: Refused, arguments: list[str], line: str) -> None:
    Path("lines.tsv").write_text("a\tA\n")
    Path("broken.tsv").write_text("a\tA\njump twice\n")
    Path("empty.tsv").write_text("\n\n")
    assert line in refused("scan", "rules", *arguments)
