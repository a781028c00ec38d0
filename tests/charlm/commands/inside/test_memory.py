from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import CONFIG, language_model, random_text, write_run

from charlm.inside.memory.memory import measure_memory

TINY = "runs/tiny"

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture
def corpus() -> str:
    Path("corpus.txt").write_text(random_text(3000), encoding="utf-8")
    return "corpus.txt"


def test_json_is_what_the_library_finds(charlm: Any) -> None:
    text = random_text(60)
    ended = charlm("inside", "memory", TINY, text, "--next", "é", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = measure_memory(language_model(), text, following="é")
    (curve,) = data["curves"]
    assert curve["model"] == "tiny"
    assert [row["context"] for row in curve["records"]] == [1, 2, 4, 8, 16, 32]
    assert curve["full"] == pytest.approx(expected.curves[0].full)
    assert data["influence"]["records"] == expected.influence.records()
    assert (data["influence"]["text"], data["influence"]["next"]) == (text, "é")
    assert data["profile"]["records"] == expected.profile.records()
    assert len(data["gates"]["records"]) == 12
    assert len(data["gates"]["saturation"]) == 6


def test_all_four_parts_are_shown(charlm: Any) -> None:
    text = random_text(80).replace("\n", " ")
    ended = charlm("inside", "memory", TINY, text)
    assert (ended.code, ended.err) == (0, "")
    assert text in ended.out
    for part in ("nats from 1 character", "what speaks for", "characters back", "below 0.1"):
        assert part in ended.out


@pytest.mark.wide
@pytest.mark.parametrize("width", ["80", "40"])
def test_it_fits_into_a_terminal(
    charlm: Any, corpus: str, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    ended = charlm("inside", "memory", TINY, "--corpus", corpus, "--split", "all", "--positions=20")
    assert ended.code == 0
    if width == "80":
        assert max(map(len, ended.out.splitlines())) <= 120  # sentences wrap by themselves
        drawn = [line for line in ended.out.splitlines() if "┤" in line or "│" in line]
        assert max(map(len, drawn)) <= 80


def test_a_corpus_is_read_up_to_its_bound(charlm: Any, corpus: str) -> None:
    asked = ("inside", "memory", TINY, "--corpus", corpus, "--split", "train", "--positions", "9")
    data = json.loads(charlm(*asked, "--characters", "600", "--json").out)
    assert data["gates"]["characters"] == 600
    assert data["curves"][0]["positions"] == 9
    assert data["profile"]["places"] > 1


def test_a_text_reads_the_same_from_a_file(charlm: Any) -> None:
    Path("text.txt").write_bytes("é,\r\nabcabc\n".encode("utf-16"))
    expected = charlm("inside", "memory", TINY, "é,\nabcabc", "--json")
    found = charlm("inside", "memory", TINY, "--file=text.txt", "--encoding=utf-16", "--json")
    assert found == expected


def test_other_models_are_drawn_beside(charlm: Any, tmp_path: Path) -> None:
    write_run(tmp_path / "work" / "runs" / "other", config=CONFIG)
    ended = charlm("inside", "memory", TINY, random_text(50), "--beside", "runs/other")
    assert ended.code == 0
    assert "tiny: " in ended.out
    assert "other: " in ended.out


def test_a_cell_without_gates_is_one_line(charlm: Any, tmp_path: Path) -> None:
    config = CONFIG.replace({"cell": "rnn"})
    write_run(tmp_path / "work" / "runs" / "rnn", random_weights_of(config), config=config)
    ended = charlm("inside", "memory", "runs/rnn", random_text(50))
    assert ended.code == 0
    assert "rnn cells have no gates" in ended.out


def random_weights_of(config: Any) -> Any:
    return dict(language_model(config).network.weights)


@pytest.mark.wide
@pytest.mark.parametrize("method", ["leave-out", "gradient"])
def test_pictures_and_pages_are_written(charlm: Any, method: str) -> None:
    ended = charlm("inside", "memory", TINY, "abcé,.", "--method", method,
                   "--png", "a.png", "--html", "a.html")  # fmt: skip
    assert ended.code == 0
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    assert "é" in Path("a.html").read_text(encoding="utf-8")


@refusals(
    """
    a                                  | two characters are needed
    ""                                 | two characters are needed
    aXc                                | 'X'
    abc --file text.txt                | not both
    abc --corpus corpus.txt            | not several
    --file nowhere.txt                 | nowhere.txt
    --corpus nowhere.txt               | nowhere.txt
    --corpus corpus.txt --characters 1 | --characters must be at least 2
    --corpus other.txt                 | 'X'
    --corpus short.txt                 | 2 are needed
    abc --split test                   | a text is read whole
    abc --characters 9                 | a text is read whole
    abc --positions 0                  | --positions must be at least 1
    abc --next ab                      | one character is predicted
    abc --next X                       | 'X'
    abc --method magic                 | magic
    abc --beside nowhere               | nowhere
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], corpus: str, arguments: list[str], line: str
) -> None:
    Path("other.txt").write_text("abX" * 9)
    Path("short.txt").write_text("abc")
    assert line in refused("inside", "memory", TINY, *arguments)
