from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import CONFIG, VOCABULARY, random_text, random_weights, write_run

from charlm import language_model
from charlm.inside import compare

TINY, OTHER = "runs/tiny", "runs/other"
TEXT = random_text(80).replace("\n", " ")


@pytest.fixture(autouse=True)
def both(run: Path) -> None:
    """A second model, that does not know é, and knows X."""
    vocabulary = type(VOCABULARY)(tuple(c for c in VOCABULARY.symbols if c != "é")).extend("X")
    write_run(Path(OTHER), random_weights(CONFIG, vocabulary, 5), vocabulary=vocabulary)


def test_json_is_the_result(charlm: Any) -> None:
    text = TEXT.replace("é", "a")
    ended = charlm("inside", "compare", TINY, OTHER, text, "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = compare(language_model.load(TINY), language_model.load(OTHER), text)
    assert data["records"] == expected.records()
    assert data["places"] == expected.places(10)
    assert (data["mean_a"], data["mean_b"]) == (expected.first.mean, expected.second.mean)


def test_the_text_is_shown_with_its_places(charlm: Any) -> None:
    text = TEXT.replace("é", "a")
    ended = charlm("inside", "compare", TINY, OTHER, text, "--places", "3")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == text
    assert lines[1].split() == ["bold", "other", "underlined", "tiny", "is", "more", "surprised"]
    assert lines[2].endswith("nats per character")
    assert len(lines) == 3 + 1 + 1 + 3


def test_a_file_reads_as_its_text(charlm: Any) -> None:
    Path("text.txt").write_text("abc.\n")
    asked = ("inside", "compare", TINY, OTHER)
    expected = charlm(*asked, "abc.", "--json")
    assert charlm(*asked, "--file", "text.txt", "--json") == expected
    assert charlm(*asked, "--file", "-", "--json", stdin=b"abc.\r\n") == expected


def test_pictures_and_pages_are_written(charlm: Any) -> None:
    ended = charlm(
        "inside", "compare", TINY, OTHER, "a.b,", "--png", "new/a.png", "--html", "new/a.html"
    )
    assert ended.code == 0
    assert Path("new/a.png").read_bytes().startswith(b"\x89PNG")
    assert "blue: tiny is" in Path("new/a.html").read_text(encoding="utf-8")


@refusals(
    """
    runs/tiny runs/other é           | other does not know 'é' (U+00E9) at position 0
    runs/tiny runs/other abX         | tiny does not know 'X' (U+0058) at position 2
    runs/tiny runs/other             | give a text
    runs/tiny runs/other ""          | no text
    runs/tiny nowhere abc            | nowhere
    runs/tiny runs/other a --places -1 | --places must lie between
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    assert line in refused("inside", "compare", *arguments)
