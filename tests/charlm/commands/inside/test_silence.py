from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import language_model, random_text

import charlm.inside

TINY = "runs/tiny"
ASKED = ("inside", "silence", TINY, "corpus.txt", "--split", "all")

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture(autouse=True)
def corpus() -> None:
    Path("corpus.txt").write_text(random_text(400), encoding="utf-8")


@pytest.mark.parametrize("at", ["zero", "mean"])
def test_json_is_what_the_library_finds(charlm: Any, at: Any) -> None:
    ended = charlm(*ASKED, "--at", at, "--characters", "150", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = charlm_silence(at=at, characters=150)
    assert data.pop("records") == expected.records()
    assert data == {
        "model": TINY,
        "corpus": "corpus.txt",
        "split": "all",
        "at": at,
        "characters": expected.characters,
        "loss": expected.loss,
        "measured": 12,
        "candidates": 12,
    }


def charlm_silence(**about: Any) -> charlm.inside.Silencing:
    return charlm.inside.silence(language_model(), random_text(400), **about)


def test_layers_and_units_are_shown(charlm: Any) -> None:
    ended = charlm(*ASKED, "--top", "3")
    assert (ended.code, ended.err) == (0, "")
    expected = charlm_silence(top=3)
    for one in expected.units:
        assert f"{one.target.name} " in ended.out
        assert f"{one.increase:+.4f}" in ended.out
    assert "candidate" in ended.out
    assert f"{expected.loss:.3f} nats" in ended.out


def test_units_of_one_layer(charlm: Any) -> None:
    records = json.loads(charlm(*ASKED, "--layer", "2", "--json").out)["records"]
    units = [row for row in records if row["unit"] is not None]
    assert {row["layer"] for row in units} == {2}
    assert len(units) == 6
    named = charlm(*ASKED, "--layer=2", "--unit", "4", "1", "--of", "forget", "--json")
    rows = [row for row in json.loads(named.out)["records"] if row["unit"] is not None]
    assert sorted((row["layer"], row["unit"], row["field"]) for row in rows) == [
        (2, 1, "forget"),
        (2, 4, "forget"),
    ]


def test_a_picture_is_written(charlm: Any) -> None:
    assert charlm(*ASKED, "--png", "a.png").code == 0
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


@refusals(
    """
    --unit 3                | --unit needs --layer
    --layer 3               | no layer 3
    --layer 0               | no layer 0
    --layer 1 --unit 6      | no unit 6
    --of nothing            | have no 'nothing'
    --of reset              | have no 'reset'
    --at half               | half
    --top 0                 | --top must be at least 1
    --characters 1          | --characters must be at least 2
    --layer 1.5             | 1.5 is not a whole number
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    assert line in refused(*ASKED, *arguments)


def test_impossible_texts_and_models_are_one_line(refused: Callable[..., str]) -> None:
    Path("other.txt").write_text("abX" * 9)
    assert "'X'" in refused("inside", "silence", TINY, "other.txt")
    Path("short.txt").write_text("abc")
    assert "2 are needed" in refused("inside", "silence", TINY, "short.txt")
    assert "nowhere" in refused("inside", "silence", TINY, "nowhere.txt")
    assert "nowhere" in refused("inside", "silence", "nowhere", "corpus.txt")
