from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import random_text

from charlm import language_model

TINY = "runs/tiny"

pytestmark = pytest.mark.usefixtures("run")


def test_json_is_what_the_model_says(charlm: Any) -> None:
    text = random_text(50)
    ended = charlm("score", f"--text={text}", "--model", TINY, "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    tokens = data.pop("tokens")
    expected = [token.surprisal for token in language_model.load(TINY).score(text)]
    assert [token["surprisal"] for token in tokens] == expected
    assert "".join(token["character"] for token in tokens) == text
    for token in tokens:
        assert set(token) == {"character", "probability", "surprisal"}
        assert math.isclose(token["probability"], math.exp(-token["surprisal"]))
    mean = math.fsum(expected) / 50
    assert data.pop("model") == TINY
    assert data.pop("characters") == 50
    assert math.isclose(data.pop("nats_per_character"), mean)
    assert math.isclose(data.pop("bits_per_character"), mean / math.log(2))
    assert data == {}


def test_a_text_reads_the_same_from_everywhere(charlm: Any) -> None:
    Path("text.txt").write_bytes("é,\r\nabc".encode("utf-16"))
    asked = ("--model", TINY, "--json")
    expected = charlm("score", "--text", "é,\nabc", *asked)
    assert expected.code == 0
    assert charlm("score", "text.txt", "--encoding", "utf-16", *asked) == expected
    assert charlm("score", "-", *asked, stdin="é,\nabc".encode()) == expected
    assert charlm("score", *asked, stdin="é,\nabc".encode()) == expected


def test_the_text_is_shown_whole_with_its_mean(charlm: Any) -> None:
    text = random_text(300).replace("\n", " ") + "\nabc"
    ended = charlm("score", f"--text={text}", "--model", TINY)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(text + "\n")
    mean = sum(token.surprisal for token in language_model.load(TINY).score(text)) / len(text)
    assert f"{len(text)} characters, {mean:.4f} nats each" in ended.out


def test_unknown_characters_are_refused_or_skipped(
    charlm: Any, refused: Callable[..., str]
) -> None:
    asked = ("--model", TINY, "--json")
    line = refused("score", "--text", "aXb", *asked)
    assert all(part in line for part in ("'X'", "position 1", "--unknown skip"))
    assert charlm("score", "--text", "aXbÿ", "--unknown", "skip", *asked) == charlm(
        "score", "--text", "ab", *asked
    )


def test_nothing_to_score_is_one_line(refused: Callable[..., str]) -> None:
    asked = ("--model", TINY)
    assert "no text" in refused("score", *asked)
    assert "no text" in refused("score", "--text", "", *asked)
    assert "no text" in refused("score", "--text", "XYZ", "--unknown", "skip", *asked)


@refusals(
    """
    nowhere.txt       | nowhere.txt: it does not exist
    .                 | it is a folder
    --nope            | --nope
    - --encoding nope | 'nope'
    - --model nowhere | no model 'nowhere'
    binary            | binary looks binary
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    Path("binary").write_bytes(b"\x80\0\xff")
    asked = [] if "--model" in arguments else ["--model", TINY]
    assert line in refused("score", *arguments, *asked)
