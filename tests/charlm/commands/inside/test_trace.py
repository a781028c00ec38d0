from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from rich.console import Console
from tiny_models import random_text

import charlm.inside
from charlm import language_model
from charlm.commands.inside.output import pick_scale
from charlm.drawing.colored_text import PLAIN, name_signs

TINY = "runs/tiny"

pytestmark = pytest.mark.usefixtures("run")


def test_json_is_the_trace(charlm: Any) -> None:
    text = random_text(30)
    ended = charlm("inside", "trace", TINY, text, "--layer", "2", "--unit", "1", "4", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = charlm_trace(text).select([(1, 1), (1, 4)])
    assert data["of"] == expected.field == "cell"
    assert data["records"] == expected.records()


def charlm_trace(text: str) -> charlm.inside.Trace:
    return charlm.inside.trace(language_model.load(TINY), text)


@pytest.mark.parametrize("of", ["hidden", "cell", "forget", "effect"])
def test_the_text_is_shown_whole_under_every_field(charlm: Any, of: str) -> None:
    text = random_text(200).replace("\n", " ")
    ended = charlm("inside", "trace", TINY, text, "--layer", "1", "--unit", "3", "--of", of)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(text + "\n")
    assert f"{of} of 1.3" in ended.out


def test_a_file_reads_as_its_text(charlm: Any) -> None:
    Path("text.txt").write_bytes("é,\r\nabc\n".encode("utf-16"))
    asked = ("--top", "3", "--json")
    expected = charlm("inside", "trace", TINY, "é,\nabc", *asked)
    assert expected.code == 0
    from_file = charlm("inside", "trace", TINY, "--file=text.txt", "--encoding=utf-16", *asked)
    assert from_file == expected


def test_units_of_one_layer_are_chosen(charlm: Any) -> None:
    ended = charlm("inside", "trace", TINY, "abcabc", "--layer", "2", "--top", "4", "--json")
    (first, *_) = json.loads(ended.out)["records"]
    names = [name for name in first if name not in ("position", "character")]
    assert len(names) == 4
    assert all(name.startswith("2.") for name in names)


def test_pictures_and_pages_are_written(charlm: Any) -> None:
    text = "<b>&é"
    ended = charlm(
        "inside", "trace", TINY, "a.é,", "--top=2", "--png", "new/a.png", "--html", "new/a.html"
    )
    assert ended.code == 0, text
    assert Path("new/a.png").read_bytes().startswith(b"\x89PNG")
    page = Path("new/a.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "é" in page


@refusals(
    """
    abc --unit 3                     | --unit needs --layer
    abc --layer 1 --unit 3 --top 2   | not both
    abc --layer 3 --unit 3           | no layer 3
    abc --layer 1 --unit 6           | no unit 6
    abc --layer 1 --unit 1.5         | 1.5 is not a whole number
    abc --of nothing                 | have no 'nothing'
    abc --of reset                   | have no 'reset'
    abc --top 0                      | --top must be at least 1
    aXc                              | 'X'
    abc --file text.txt              | not both
    --file nowhere.txt               | nowhere.txt
    --top 1                          | give a text
    abc --png ""                     | a path cannot be empty
    abc --png runs                   | runs is a folder; name a file
    abc --html runs                  | runs is a folder; name a file
    abc --png text.txt/a.png         | text.txt is a file, no folder
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    Path("text.txt").touch()
    assert line in refused("inside", "trace", TINY, *arguments)


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(
    refused: Callable[..., str],
) -> None:
    assert "is a folder" in refused("inside", "trace", "nowhere", "abc", "--png", ".")
    assert "cannot be written" in refused("inside", "trace", "nowhere", "abc", "--png", "a" * 9999)


def test_a_unit_named_twice_is_one(charlm: Any) -> None:
    once, twice = (
        charlm("inside", "trace", TINY, "abc", "--layer", "1", "--unit", *units)
        for units in (["3"], ["3", "3"])
    )
    assert once == twice


def test_without_colours_signs_are_bold_and_underlined() -> None:
    console = Console(force_terminal=True, color_system="truecolor", no_color=True)
    assert pick_scale(console) is PLAIN
    assert name_signs(PLAIN) == ("bold", "underlined")


def test_a_model_of_another_kind_is_one_line(refused: Callable[..., str]) -> None:
    assert "nowhere" in refused("inside", "trace", "nowhere", "abc")
