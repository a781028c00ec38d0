from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hand_built import CONFIG, VOCABULARY, build_weights, quoted_text
from refusals import refusals
from tiny_models import write_run

from charlm import language_model
from charlm.inside import UnitSearch, find_units

BUILT = "runs/built"
# Below 2,048 characters a text is read in one stream.
TEXT = quoted_text(2000).replace("a ", "a\n").strip()


@pytest.fixture(autouse=True)
def built(tmp_path: Path) -> None:
    """A run folder with the model that has units built by hand, and a text for it."""
    write_run(tmp_path / "work" / BUILT, build_weights(), config=CONFIG, vocabulary=VOCABULARY)
    Path("text.txt").write_text(TEXT, encoding="utf-8")


ASKED = ("inside", "units", BUILT, "text.txt", "--split", "all")


def test_json_is_the_search(charlm: Any) -> None:
    ended = charlm(*ASKED, "--pattern", "bs=b+", "--pattern=-", "--clamp", "500", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = search()
    assert data["records"] == json.loads(json.dumps(expected.records()))
    assert data["missing"] == expected.missing
    assert data["of"] == "cell"
    assert data["characters"] == len(TEXT)
    assert [row["feature"] for row in data["clamped"]].count("quotes") == 4
    found = [row["unit"] for row in data["records"] if row["known_by"] == "one unit"]
    assert found == ["1.3", "2.5"]


def search() -> UnitSearch:
    return find_units(language_model.load(BUILT), TEXT, patterns=["bs=b+", "-"])


def test_the_tables_fit_into_80_columns(charlm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ended = charlm(*ASKED, "--pattern", "a very long name x=a b|[c-e]+.f|g")
    assert (ended.code, ended.err) == (0, "")
    assert max(map(len, ended.out.splitlines())) <= 80
    for part in ("+1.3", "+2.5", "one unit", "two characters", "yes → no", "left out: digits"):
        assert part in ended.out


def test_no_unit_is_said(charlm: Any) -> None:
    ended = charlm(*ASKED, "--of", "input", "--clamp", "0")
    assert ended.code == 0
    assert "no single unit follows" in ended.out


def test_a_picture_is_written(charlm: Any) -> None:
    assert charlm(*ASKED, "--clamp", "0", "--png", "new/a.png").code == 0
    assert Path("new/a.png").read_bytes().startswith(b"\x89PNG")


@refusals(
    """
    --characters 999          | at least 1,000
    --characters 0            | must be at least 2
    --clamp 1                 | --clamp must be 0
    --clamp -1                | --clamp must be 0
    --of nothing              | have no 'nothing'
    --pattern (               | no regular expression
    --pattern ""              | 1 to 1,000
    --pattern line=a          | are called 'line'
    --pattern                 | --pattern
    --png ""                  | a path cannot be empty
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    assert line in refused(*ASKED, *arguments)


def test_a_missing_model_or_corpus_is_one_line(refused: Callable[..., str]) -> None:
    assert "nowhere" in refused("inside", "units", "nowhere", "text.txt")
    assert "nowhere" in refused("inside", "units", BUILT, "nowhere.txt")
    Path("other.txt").write_text("xyz" * 1000, encoding="utf-8")
    assert "'x'" in refused("inside", "units", BUILT, "other.txt")


def test_neither_units_nor_stretches_need_torch() -> None:
    names = ("units", "units_report", "stretch")
    modules = [f"charlm.commands.inside.{name}" for name in names]
    modules += [
        "charlm.inside.units.search",
        "charlm.inside.units.clamping",
        "charlm.inside.units.stretches",
    ]
    program = f"import sys, {', '.join(modules)}; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
