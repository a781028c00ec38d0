from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import vocabulary_of, write_run

from charlm.inside import find_neighbours

TINY = "runs/tiny"

pytestmark = pytest.mark.usefixtures("run")


def test_json_is_the_result(charlm: Any) -> None:
    ended = charlm("inside", "neighbours", TINY, "space", "--top", "4", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = find_neighbours(TINY, " ", count=4)
    assert data["symbol"] == " "
    assert data["records"] == expected.records()
    assert [[row["x"], row["y"]] for row in data["map"]] == expected.points.tolist()


def test_the_map_and_the_list_are_shown(charlm: Any) -> None:
    ended = charlm("inside", "neighbours", TINY, "a")
    assert (ended.code, ended.err) == (0, "")
    assert all(sign in ended.out for sign in "abcdefgh.,é␣↵")
    assert "nearest to a" in ended.out
    assert "map of its 13 characters" in ended.out


def test_a_model_of_one_symbol_has_no_neighbours(charlm: Any, tmp_path: Path) -> None:
    one = write_run(tmp_path / "one", vocabulary=vocabulary_of("a"))
    ended = charlm("inside", "neighbours", str(one))
    assert (ended.code, ended.out) == (0, "one knows 'a' only: it has no neighbour\n")


def test_pairs_are_listed_without_a_symbol(charlm: Any) -> None:
    ended = charlm("inside", "neighbours", TINY, "--top", "2", "--png", "new/map.png")
    assert ended.code == 0
    assert ended.out.splitlines()[-3].startswith("closest pairs")
    assert Path("new/map.png").read_bytes().startswith(b"\x89PNG")


@refusals(
    """
    runs/tiny Q                      | tiny does not know 'Q'
    runs/tiny ab                     | give one character
    runs/tiny a --top 0              | must be at least 1
    nowhere a                        | nowhere
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    assert line in refused("inside", "neighbours", *arguments)
