from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hand_built import CONFIG, VOCABULARY, build_weights, quoted_text
from refusals import refusals
from tiny_models import write_run

from charlm import language_model
from charlm.inside import find_stretches

BUILT = "runs/built"
OTHER = quoted_text(1500).strip()
TEXT = 'abc "de fa" bc'
START, END = 4, 10


@pytest.fixture(autouse=True)
def built(tmp_path: Path) -> None:
    """A run folder with the model that has units built by hand, and a text to search."""
    write_run(tmp_path / "work" / BUILT, build_weights(), config=CONFIG, vocabulary=VOCABULARY)
    Path("other.txt").write_text(OTHER, encoding="utf-8")


ASKED = ("inside", "stretch", BUILT, "other.txt", "--split", "all")
SELECTED = ("--text", TEXT, "--select", TEXT[START:END])


def test_json_is_the_search(charlm: Any) -> None:
    ended = charlm(*ASKED, *SELECTED, "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    model = language_model.load(BUILT)
    expected = find_stretches(model, TEXT, START, END, OTHER)
    assert data["records"] == expected.records()
    assert data["units"] == expected.describe_units()
    assert "+1.3" in data["units"]
    assert (data["start"], data["end"], data["stretch"]) == (START, END, '"de fa')


def test_a_stretch_may_be_named_by_its_places(charlm: Any) -> None:
    Path("text.txt").write_text(TEXT + "\n", encoding="utf-8")
    by_places = charlm(*ASKED, "--file", "text.txt", "--from", "4", "--to", "10", "--json")
    assert by_places.code == 0
    assert by_places == charlm(*ASKED, *SELECTED, "--json")


def test_the_table_fits_into_80_columns(charlm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ended = charlm(*ASKED, *SELECTED)
    assert (ended.code, ended.err) == (0, "")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert 'abc ["de fa]" bc' in ended.out
    assert "+1.3" in ended.out


def test_no_unit_is_said(charlm: Any) -> None:
    ended = charlm(*ASKED, *SELECTED, "--threshold", "1e9")
    assert ended.code == 0
    assert "no unit's cell is on in this stretch alone" in ended.out


def test_a_picture_is_written(charlm: Any) -> None:
    assert charlm(*ASKED, *SELECTED, "--png", "new/a.png").code == 0
    assert Path("new/a.png").read_bytes().startswith(b"\x89PNG")


@refusals(
    """
    --text abc                         | --select
    --text abc --from 1                | go together
    --text abc --from 1 --to 2 --select a | not both
    --text abc --select d              | does not hold 'd'
    --text abc --select ""             | does not hold
    --text abc --from 2 --to 1         | does not lie
    --text abc --select abc            | whole text
    --text aXc --select a              | 'X'
    --text abc --select b --of nothing | have no 'nothing'
    --text abc --select b --threshold -1 | at least 0
    --text abc --select b --count 0    | at least 1
    --text abc --select b --characters 1 | at least 2
    --select b                         | give a text
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    assert line in refused(*ASKED, *arguments)
