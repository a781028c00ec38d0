from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import CONFIG, VOCABULARY, random_text, write_run

from charlm import language_model
from charlm.config import ModelConfig
from charlm.inside.through_time.gradients import measure_gradients
from charlm.inside.through_time.subjects import before_and_after

TINY = "runs/tiny"
TEXT = "--corpus", "text.txt"

pytestmark = pytest.mark.usefixtures("run", "written")


@pytest.fixture
def written(tmp_path: Path) -> None:
    (tmp_path / "work" / "text.txt").write_text(random_text(600), encoding="utf-8")


def test_json_is_what_python_measures(charlm: Any) -> None:
    asked = ("--steps", "9", "--places", "3", "--seed", "4", "--json")
    ended = charlm("inside", "gradients", TINY, *TEXT, *asked)
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    subjects = before_and_after(language_model.load(TINY))
    expected = measure_gradients(subjects, random_text(600), steps=9, places=3, seed=4)
    assert data["records"] == expected.records()
    assert (data["corpus"], data["steps"], data["places"], data["seed"]) == ("text.txt", 9, 3, 4)


def test_several_runs_share_a_drawing_and_a_picture(charlm: Any, tmp_path: Path) -> None:
    rnn = ModelConfig(**{**CONFIG.to_json(), "cell": "rnn"})
    write_run(tmp_path / "work" / "runs" / "rnn", config=rnn)
    asked = (*TEXT, "--steps", "12", "--png", "new/a.png")
    ended = charlm("inside", "gradients", "runs/rnn", TINY, *asked)
    assert ended.code == 0
    assert Path("new/a.png").read_bytes().startswith(b"\x89PNG")
    rows = [line.split()[:3] for line in ended.out.splitlines()]
    for row in (["rnn", "h", "start"], ["rnn", "h", "trained"], ["tiny", "c", "trained"]):
        assert row in rows


def test_runs_of_one_name_are_told_apart(charlm: Any, tmp_path: Path) -> None:
    write_run(tmp_path / "work" / "other" / "tiny")
    ended = charlm("inside", "gradients", TINY, "other/tiny", *TEXT, "--steps", "3", "--json")
    assert {r["model"] for r in json.loads(ended.out)["records"]} == {TINY, "other/tiny"}


def test_linear_units_are_exact(charlm: Any) -> None:
    ended = charlm("inside", "gradients", "--linear", "--w", "0.5", "-1", "--steps", "4", "--json")
    first, second = json.loads(ended.out)["records"]
    assert first["gradients"] == [1.0, 0.5, 0.25, 0.125, 0.0625]
    assert (first["half_life"], second["half_life"]) == (1.0, None)
    shown = charlm("inside", "gradients", "--linear").out
    assert "w^100" in shown
    assert "6.58" in shown


def test_clipping_needs_no_model(charlm: Any) -> None:
    ended = charlm("inside", "gradients", "--clipping", *TEXT, "--png", "clipping.png")
    assert ended.code == 0
    assert "by value" in ended.out
    assert Path("clipping.png").exists()


def test_truncation_has_a_row_for_each_window(charlm: Any) -> None:
    asked = ("inside", "gradients", TINY, *TEXT, "--truncation", "64", "16", "64")
    rows = json.loads(charlm(*asked, "--json").out)["records"]
    assert [(row["trained"], row["steps"]) for row in rows] == [
        (False, 16), (False, 64), (True, 16), (True, 64),
    ]  # fmt: skip
    assert "cosine" in charlm(*asked).out


def test_lines_fit_80_columns(charlm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for asked in ((TINY, "--steps", "20", *TEXT), ("--linear",), ("--clipping", *TEXT)):
        ended = charlm("inside", "gradients", *asked)
        assert ended.code == 0
        assert max(map(len, ended.out.splitlines())) <= 80, asked


def test_texts_that_are_too_short_are_one_line(refused: Callable[..., str]) -> None:
    Path("short.txt").write_text(VOCABULARY.decode([1, 2, 3]))
    assert "are needed" in refused("inside", "gradients", TINY, "--corpus", "short.txt")
    assert "are needed" in refused("inside", "gradients", "--clipping", "--corpus", "short.txt")


@refusals(
    """
    nowhere                                  | nowhere
    runs/tiny --corpus nowhere.txt           | nowhere.txt
    runs/tiny --steps 0                      | --steps must lie between
    runs/tiny --places 1000                  | --places must lie between
    runs/tiny --seed -1                      | --seed must lie between
    runs/tiny --truncation 0                 | --truncation must lie between
    runs/tiny --truncation 512               | --truncation must lie between
    runs/tiny --truncation 1.5               | 1.5 is not a whole number
    runs/tiny --linear                       | take no model
    --linear --clipping                      | only one of
    --linear --w 3                           | between -2 and 2
    runs/tiny --w 0.5                        | it needs --linear
    --linear --steps 5000                    | --steps must lie between
    --linear --places 3                      | --places does nothing with --linear
    --linear --corpus text.txt               | --corpus does nothing with --linear
    --clipping --steps 5                     | --steps does nothing with --clipping
    runs/tiny --truncation 8 --places 3      | --places does nothing with --truncation
    1 2 3 4 5 6 7 8 9                        | room for 8 models
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    corpus = () if {"--corpus", "--linear"} & set(arguments) else TEXT
    assert line in refused("inside", "gradients", *arguments, *corpus)
