"""`charlm imdb classify` as people call it: texts of any form, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from reviews import reviews, write_csv

from seq.imdb.library import TextClassifier

Charlm = Callable[..., Any]
Said = Callable[..., list[dict[str, Any]]]


def rounded(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows without what differs with the texts that are computed with beside them."""
    return [(row["label"], round(row["probability"] or 0, 4), row["words"]) for row in rows]


def test_a_text_and_what_is_said_of_it(
    classify: Charlm, said: Said, classifier: TextClassifier
) -> None:
    (row,) = said("a superb film")
    (found,) = classifier.classify(["a superb film"])
    assert row == {
        "label": "good",
        "probability": found.probability,
        "probabilities": dict(found.probabilities),
        "words": 3,
        "unknown": 0,
    }
    ended = classify("a superb film")
    assert (ended.code, ended.out, ended.err) == (0, f"good  {found.probability:.1%}\n", "")
    assert classify("a dull film").out.startswith("bad  ")


def test_texts_of_every_form_are_the_same_texts(said: Said) -> None:
    texts = [text for text, _ in reviews(20)]
    alone = rounded([row for text in texts for row in said(text)])
    lines = "\n".join(texts)
    Path("lines.txt").write_text(lines + "\n")
    write_csv(Path("table.csv"), reviews(20))
    Path("objects.jsonl").write_text("".join(json.dumps({"body": t}) + "\n" for t in texts))
    for number, text in enumerate(texts):
        Path("folder/deeper").mkdir(parents=True, exist_ok=True)
        Path(f"folder/deeper/{number:02}.txt").write_text(text)
    body = "--text-column=body"
    for asked in (["lines.txt"], ["table.csv"], ["objects.jsonl", body], ["folder"]):
        assert rounded(said(*asked)) == alone
    windows = ("\ufeff" + lines.replace("\n", "\r\n")).encode()
    for piped in (lines.encode(), lines.encode() + b"\n", windows):
        assert rounded(said("-", stdin=piped)) == alone
        assert rounded(said(stdin=piped)) == alone


def test_an_empty_line_is_a_row_of_which_nothing_is_said(classify: Charlm, said: Said) -> None:
    rows = said("-", stdin=b"superb\n\n  \nunheard\n")
    assert [row["label"] for row in rows[:3]] == ["good", None, None]
    assert [(row["words"], row["unknown"]) for row in rows] == [(1, 0), (0, 0), (0, 0), (1, 1)]
    lines = classify("-", stdin=b"superb\n\n  \nunheard\n").out.splitlines()
    assert lines[1] == lines[2] == "–  no words: nothing can be said"
    assert "(not one of its words is known: a guess)  unheard" in lines[3]
    assert classify("").out == lines[1] + "\n"
    assert classify("-", stdin=b"").out == classify(stdin=b"").out == ""


@pytest.mark.parametrize("text", ["- superb", "--superb", "-superb", "-5 superb", "--superb film"])
def test_a_text_may_begin_with_a_hyphen(said: Said, text: str) -> None:
    assert said(text) == said("--", text) == said(f" {text}")
    assert said(text)[0]["label"] == "good"


@pytest.mark.parametrize("text", ["superb.", "superb/dull or so", "lines.txt is dull", "...", "*"])
def test_a_text_may_look_like_a_path(said: Said, text: str) -> None:
    Path("lines.txt").write_text("superb\n" * 3)
    assert len(said(text)) == 1
    assert len(said("lines.txt")) == 3


def test_a_long_line_is_a_text_like_any_other(said: Said, classify: Charlm) -> None:
    text = "superb film the " * 2_000
    (row,) = said("-", stdin=text.encode())
    assert (row["words"], row["unknown"]) == (6_000, 0)
    line = classify("-", stdin=text.encode()).out
    assert len(line) == 201
    assert line.endswith("…\n")
    Path("long.txt").write_text(text)
    assert said("long.txt") == [row]
    explained = classify("--explain", "long.txt")
    assert explained.code == 0
    assert text.strip() in explained.out
    assert "by gradient × embedding" in explained.out


@refusals(
    """
    nowhere.txt               | there is no file or folder 'nowhere.txt'; if it is a text, pipe it
    ./nowhere                 | there is no file or folder './nowhere'
    nowhere.jsonl             | 'nowhere.jsonl'
    'empty folder'            | empty folder holds no texts
    empty.txt                 | empty.txt holds no texts
    binary.txt                | binary.txt looks binary
    binary.parquet            | binary.parquet cannot be read
    binary.bin                | binary.bin is none of
    table.csv --text-column=x | no column 'x'
    a superb film             | one text or file, not 3; put a text into quotes
    'a text' --jsno           | there is no option --jsno
    --jsno 'a text'           | there is no option --jsno
    'a text' --method=guess   | --method is occlusion or gradient, not 'guess'
    'a text' --device=tpu     | --device
    'a text' --precision=fp8  | --precision
    'a text' --model          | --model
    """
)
def test_what_classify_cannot_do_is_a_line(
    refused: Callable[..., str], good_or_bad: Path, arguments: list[str], line: str
) -> None:
    Path("empty folder").mkdir()
    Path("empty.txt").touch()
    for suffix in ("txt", "parquet", "bin"):
        Path(f"binary.{suffix}").write_bytes(bytes(range(256)))
    write_csv(Path("table.csv"), reviews(4))
    model = [] if arguments[-1] == "--model" else ["--model", str(good_or_bad)]
    assert line in refused("imdb", "classify", *arguments, *model)


def test_models_that_are_none_are_a_line(refused: Callable[..., str]) -> None:
    Path("notes.txt").write_text("a superb film")
    assert "there is no model 'imdb'" in refused("imdb", "classify", "a text")
    assert "no model 'nowhere'" in refused("imdb", "classify", "--model=nowhere", "a text")
    line = refused("imdb", "classify", "--model=notes.txt", "a text")
    assert "notes.txt is not a model file" in line


def test_bytes_that_are_no_text_end_a_pipe_with_a_line(classify: Charlm) -> None:
    ended = classify("-", stdin=b"superb\n\xff\xfe\n")
    assert ended.code == 2
    assert ended.err.startswith("charlm: standard input, line 2, is not utf-8: byte 0xff")
