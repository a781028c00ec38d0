from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import VOCABULARY, write_run

from charlm import language_model
from charlm.inside import agree, make_pairs

TINY = "runs/tiny"

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture
def literate() -> str:
    """A model with random weights that can write the sentences made by rule."""
    text = "".join(f"{pair.prefix}{pair.right}" for pair in make_pairs())
    write_run(Path("runs/literate"), vocabulary=VOCABULARY.extend(text))
    return "runs/literate"


def test_json_is_the_result(charlm: Any, literate: str) -> None:
    ended = charlm("inside", "agree", literate, "--count", "8", "--seed", "3", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = agree(language_model.load(literate), make_pairs(count=8, seed=3))
    assert data["records"] == expected.records()
    assert data["pairs"] == list(expected.judged())


def test_the_table_has_a_row_for_each_kind(charlm: Any, literate: str) -> None:
    ended = charlm("inside", "agree", literate, "--count", "8", "--distance", "30")
    assert (ended.code, ended.err) == (0, "")
    rows = [line.split() for line in ended.out.splitlines()]
    for test in ("number", "reflexive"):
        for between in ("none", "same", "other", "twins"):
            (row,) = [row for row in rows if row[:2] == [test, between]]
            assert len(row) <= 5
    assert "test" in ended.out
    assert "0–29" in ended.out
    assert "30+" in ended.out
    assert "chance is 50%" in ended.out


def test_one_test_can_be_chosen(charlm: Any, literate: str) -> None:
    ended = charlm("inside", "agree", literate, "--test", "quotation", "bracket", "--json")
    found = {pair["dependency"] for pair in json.loads(ended.out)["pairs"]}
    assert found == {"quotation", "bracket"}


def test_own_pairs_come_from_a_file_or_a_pipe(charlm: Any) -> None:
    text = 'abc \ta\tb\n{"prefix": "é", "right": "a", "wrong": "b", "dependency": "mine"}\n'
    Path("pairs.tsv").write_text(text, encoding="utf-8")
    from_file = charlm("inside", "agree", TINY, "--pairs", "pairs.tsv", "--json")
    piped = charlm("inside", "agree", TINY, "--pairs", "-", "--json", stdin=text.encode())
    assert (from_file.code, from_file.err) == (0, "")
    assert from_file == piped
    assert {row["dependency"] for row in json.loads(piped.out)["records"]} == {"own", "mine"}
    shown = charlm("inside", "agree", TINY, "--pairs", "pairs.tsv")
    assert "of 2 pairs" in shown.out


def test_what_is_left_out_is_said(charlm: Any) -> None:
    Path("pairs.tsv").write_text("abc \ta\tb\nabQ \ta\tb\n")
    ended = charlm("inside", "agree", TINY, "--pairs", "pairs.tsv")
    assert ended.code == 0
    assert ended.err == "1 pair is left out: tiny does not know 'Q'\n"


def test_a_picture_is_written(charlm: Any, literate: str) -> None:
    ended = charlm("inside", "agree", literate, "--count", "4", "--png", "new/a.png")
    assert ended.code == 0
    assert Path("new/a.png").read_bytes().startswith(b"\x89PNG")


@refusals(
    """
    --count 1                        | --count must lie between 2 and 1,000, not 1
    --line-width -1                  | --line-width must lie between
    --seed -1                        | --seed must lie between
    --distance 20 10                 | distances must be positive and rise
    --distance 1.5                   | 1.5 is not a whole number
    --test nothing                   | nothing
    --pairs nowhere.tsv              | nowhere.tsv
    --pairs runs --count 4           | for pairs made by rule
    --pairs runs/tiny/config.json    | line 1: not an object of JSON
    --test number                    | tiny cannot read any of the pairs
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    assert line in refused("inside", "agree", TINY, *arguments)
