"""Files and folders of reviews, read in a process of their own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas
import pytest

from corpora.errors import UserError
from tui.classify.opening import OpenReviews
from tui.classify.table_process import Head, Review

CLASSES = ("negative", "positive")
FIELDS = ("id", "review", "sentiment")
ROWS = [("a", "Fine, and\nshort", "pos"), ("b", "", "neg"), ("c", "Dull.", "negative")]


def open_all(path: str, classes: tuple[str, ...] = CLASSES) -> tuple[Head, list[Review]]:
    with OpenReviews(path, classes) as reviews:
        head = reviews.read_head()
        return head, [one for piece in reviews.read_pieces() for one in piece]


def write_table(name: str, rows: list[tuple[str, ...]] = ROWS) -> str:
    frame = pandas.DataFrame([dict(zip(FIELDS, row, strict=True)) for row in rows])
    if name.endswith("parquet"):
        frame.to_parquet(name)
    elif name.endswith("jsonl"):
        Path(name).write_text("\n".join(map(json.dumps, frame.to_dict("records"))))
    else:
        frame.to_csv(name, index=False, quoting=csv.QUOTE_ALL)
    return name


@pytest.mark.parametrize("name", ["mine.csv", "mine.jsonl", "mine.parquet"])
def test_a_table_keeps_its_columns_and_its_labels_become_classes(name: str) -> None:
    head, found = open_all(write_table(name))
    assert head == Head(3, FIELDS, "sentiment", "")
    assert found == [
        ("Fine, and\nshort", "positive", ROWS[0]),
        ("", "negative", ROWS[1]),
        ("Dull.", "negative", ROWS[2]),
    ]


def test_labels_that_are_no_classes_are_said_and_left_out() -> None:
    head, found = open_all(write_table("mine.csv"), ("crime", "love"))
    assert head.labels is None
    assert "'pos' is none of the classes crime, love" in head.why
    assert [truth for _, truth, _ in found] == [None, None, None]


def test_a_table_without_labels_says_how_the_column_would_be_called() -> None:
    Path("mine.csv").write_text("text,stars\nfine,5\n")
    head, found = open_all("mine.csv")
    assert head == Head(
        1, ("text", "stars"), None, "no column called label, sentiment, class or category"
    )
    assert found == [("fine", None, ("fine", "5"))]


def test_a_folder_has_its_classes_from_its_folders() -> None:
    for name in ("pos", "neg"):
        Path("mine", name).mkdir(parents=True)
        Path("mine", name, "1.txt").write_text(name)
    head, found = open_all("mine")
    assert head == Head(2, ("text", "label"), "its folders", "")
    assert found == [
        ("neg", "negative", ("neg", "negative")),
        ("pos", "positive", ("pos", "positive")),
    ]


def test_texts_alone_have_no_classes() -> None:
    Path("mine.txt").write_text("one\ntwo\n")
    Path("all").mkdir()
    Path("all", "one.txt").write_text("one")
    for name, texts in {"mine.txt": ["one", "two"], "all": ["one"]}.items():
        head, found = open_all(name)
        assert head == Head(len(texts), ("text",), None, "no classes in it")
        assert found == [(text, None, (text,)) for text in texts]


def test_values_that_csv_lacks_become_text() -> None:
    Path("mine.jsonl").write_text('{"text": "x", "more": {"a": [1]}}\n{"text": "y", "n": 2}\n')
    head, found = open_all("mine.jsonl")
    assert head.columns == ("text", "more", "n")
    assert [values for _, _, values in found] == [("x", '{"a": [1]}', None), ("y", None, 2)]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("nowhere.csv", None, "nowhere.csv"),
        ("-h.csv", "label\nx\n", "no column 'text'"),
        ("empty.csv", "", "no texts"),
        ("odd.csv", 'text,label\n"x', "odd.csv"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, text: str | None, why: str) -> None:
    if text is not None:
        Path(name).write_text(text)
    with OpenReviews(name, CLASSES) as reviews, pytest.raises(UserError, match=why):
        reviews.read_head()


def test_a_process_ends_when_nobody_reads_on() -> None:
    Path("long.txt").write_text("a word or two\n" * 50_000)
    with OpenReviews("long.txt", CLASSES) as reviews:
        assert reviews.read_head().total == 50_000
        assert len(next(reviews.read_pieces())) == 256
    assert reviews._process.poll() is not None


def test_a_process_that_is_killed_is_an_error() -> None:
    Path("long.txt").write_text("a word or two\n" * 50_000)
    with OpenReviews("long.txt", CLASSES) as reviews:
        reviews._process.kill()
        with pytest.raises(UserError, match="ended with code"):
            reviews.read_head()
