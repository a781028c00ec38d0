"""`charlm imdb evaluate` as people call it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from review_helpers import genres, rewritten
from reviews import reviews, write_csv

from charlm.runs.model_file import read_model
from seq.imdb import library

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_the_figures_are_those_of_what_it_says(charlm: Charlm, good_or_bad: Path) -> None:
    rows = [*reviews(40, seed=3), ("", "bad"), ("good and bad", "good"), ("unheard-of", "bad")]
    write_csv(Path("test.csv"), rows)
    asked = ("--model", good_or_bad, "--json")
    said = charlm("imdb", "classify", "test.csv", *asked).out.splitlines()
    right = [
        json.loads(line)["label"] == label for line, (_, label) in zip(said, rows, strict=True)
    ]
    ended = charlm("imdb", "evaluate", good_or_bad, "test.csv", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    found = json.loads(ended.out)
    wordless = 1  # of which classify says nothing, and evaluate what is likelier of any text
    assert np.sum(right) <= found["accuracy"] * len(rows) <= np.sum(right) + wordless
    assert np.sum(found["confusion"]) == found["examples"] == len(rows)
    shown = charlm("imdb", "evaluate", good_or_bad, "test.csv").out
    assert f"accuracy {found['accuracy']:.2%}, macro F1 {found['macro_f1']:.4f}" in shown
    assert f"log loss {found['log_loss']:.4f} nats" in shown
    for name, *figures in zip(found["classes"], found["precision"], found["recall"], strict=True):
        line = next(line for line in shown.splitlines() if line.startswith(name))
        assert [f"{figure:.2%}" for figure in figures] == re.findall(r"\S+%", line)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["MODEL"], "tells bad, good apart; name texts with these labels"),
        (["MODEL", "nowhere.csv"], "'nowhere.csv'"),
        (["MODEL", "genres.csv"], "row 1: 'crime' is none of the classes bad, good"),
        (["MODEL", "plain.txt"], "plain.txt holds no labels"),
        (["MODEL", "genres.csv", "more"], "more"),
        (["MODEL", "genres.csv", "--split=half"], "--split"),
        (["MODEL", "genres.csv", "--nope"], "--nope"),
        (["nowhere", "genres.csv"], "there is no model 'nowhere'"),
        (["genres.csv", "genres.csv"], "genres.csv is not a model file"),
        ([], "there is no model 'imdb'"),
    ],
)
def test_what_evaluate_cannot_do_is_a_line(
    refused: Refused, good_or_bad: Path, arguments: list[str], line: str
) -> None:
    write_csv(Path("genres.csv"), genres(9))
    Path("plain.txt").write_text("a film\n")
    arguments = [str(good_or_bad) if word == "MODEL" else word for word in arguments]
    assert line in refused("imdb", "evaluate", *arguments)


def test_class_names_stay_whole_in_a_narrow_terminal(
    charlm: Charlm, tmp_path: Path, good_or_bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    file = read_model(good_or_bad)
    classes = ["a class of many words " * 3 + "one", "a class of many words " * 3 + "two"]
    model = rewritten(
        tmp_path / "long.safetensors", file, config={**file.config, "classes": classes}
    )
    texts = write_csv(tmp_path / "long.csv", [(t, classes[0]) for t, _ in reviews(4)])
    lines = charlm("imdb", "evaluate", model, texts).out.splitlines()
    for name in classes:
        assert f"said {name}" in lines[2]
        assert any(line.startswith(f"{name}  ") for line in lines)


def test_a_class_name_with_line_feeds_and_escapes_stays_on_its_line(
    charlm: Charlm, tmp_path: Path, good_or_bad: Path
) -> None:
    file = read_model(good_or_bad)
    config = {**file.config, "classes": ["a\nb\x1b[31m", "c\td"]}
    model = rewritten(tmp_path / "odd.safetensors", file, config=config)
    texts = write_csv(tmp_path / "odd.csv", [(text, "c\td") for text, _ in reviews(4)])
    shown = charlm("imdb", "evaluate", model, texts).out
    assert "said a\ufffdb\ufffd[31m" in shown
    said = charlm("imdb", "classify", "--model", model, "superb film").out
    assert said.count("\n") == 1


def test_a_text_that_is_not_read_whole_is_told(
    charlm: Charlm, tmp_path: Path, good_or_bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "LONGEST_TEXT", 4)
    texts = write_csv(tmp_path / "long.csv", [("a superb film " * 3, "good"), ("dull", "bad")])
    ended = charlm("imdb", "evaluate", good_or_bad, texts)
    line = "a text has more than 4 words: only the last 4 are read\n"
    assert (ended.code, ended.err) == (0, line)
    ended = charlm("imdb", "classify", "--model", good_or_bad, "a superb film " * 3)
    assert (ended.code, ended.err) == (0, line)
    ended = charlm("imdb", "classify", "--model", good_or_bad, "a superb film " * 3, "--explain")
    assert (ended.code, ended.err) == (0, line)
