"""Tables in all formats give the same texts and labels."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import count, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.labelled.texts import read
from corpora.tables import READERS

Row = dict[str, Any]
Write = Callable[..., Path]
Table = Callable[..., str]
ToBytes = Callable[[list[Row], str], bytes]
Fails = Callable[..., str]
SUFFIXES = list(READERS)
forms = pytest.mark.parametrize("suffix", SUFFIXES)
plain_forms = pytest.mark.parametrize("suffix", [form for form in SUFFIXES if form != ".parquet"])


@forms
def test_a_table_of_any_form_gives_its_texts_and_labels(
    table: Table, texts: list[str], labels: list[str], reviews: list[Row], suffix: str
) -> None:
    found = read(table(reviews, suffix))
    assert found.name == "mine"
    assert found.classes == ("neg", "pos")
    assert found.texts == texts
    assert [found.classes[label] for label in found.labels] == labels
    assert found.labels.dtype == np.int64
    assert len(found) == len(texts)


@forms
def test_the_suffix_may_be_in_capitals(
    to_bytes: ToBytes, reviews: list[Row], written: Write, suffix: str
) -> None:
    assert len(read(str(written(to_bytes(reviews, suffix), f"X{suffix.upper()}")))) == len(reviews)


@plain_forms
def test_a_byte_order_mark_is_no_part_of_the_text(
    to_bytes: ToBytes, texts: list[str], reviews: list[Row], written: Write, suffix: str
) -> None:
    path = written(b"\xef\xbb\xbf" + to_bytes(reviews, suffix), f"mine{suffix}")
    assert read(str(path)).texts == texts


@forms
def test_columns_by_default_and_by_name(
    table: Table, fails: Fails, texts: list[str], labels: list[str], reviews: list[Row], suffix: str
) -> None:
    rows: list[Row] = [
        {"sentiment": row["label"], "mood": "m" + row["label"], "id": 7, "review": row["text"]}
        for row in reviews
    ]
    path = table(rows, suffix)
    assert read(path).texts == texts
    assert read(path).classes == ("neg", "pos")
    assert read(path, label_column="mood").classes == ("mneg", "mpos")
    assert read(path, text_column="mood").texts == ["m" + label for label in labels]
    fails(
        path, "no column 'body'; name the right one of .*review.* --text-column", text_column="body"
    )
    fails(path, "no column 'stars'; .* --label-column", label_column="stars")
    other = table([{"a": "x", "b": "y"}], suffix, "other")
    fails(other, "no column 'text' or 'review' or .* a, b with --text-column")
    fails(other, "no column 'label' or .* with --label-column", text_column="a")


@forms
def test_without_labels_a_table_needs_no_column_of_them(
    table: Table, texts: list[str], reviews: list[Row], suffix: str
) -> None:
    rows: list[Row] = [{"n": 1, "text": text} for text in texts]
    found = read(table(rows, suffix), labelled=False)
    assert found.texts == texts
    assert found.labels.tolist() == [-1] * len(texts)
    assert found.classes == ()
    path = table(reviews, suffix, "both")
    assert read(path, labelled=False, classes=("a", "b")).classes == ("a", "b")


@pytest.mark.wide(2)
@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_text_comes_back(
    to_bytes: ToBytes, fails: Fails, suffix: str, data: st.DataObject
) -> None:
    binary = suffix == ".parquet"
    characters = st.characters(
        exclude_categories=["Cs"], exclude_characters="" if binary or "j" in suffix else "\0"
    )
    labels = st.sampled_from(["a", "b", "c d", "é", "-", "x,y", 'q"'])
    pairs = data.draw(st.lists(st.tuples(st.text(characters), labels), min_size=1))
    rows: list[Row] = [{"text": text, "label": label} for text, label in pairs]
    path = Path(f"any{suffix}")
    path.unlink(missing_ok=True)
    path.write_bytes(to_bytes(rows, suffix))
    classes = sorted({label for _, label in pairs})
    if not any(text.strip() for text, _ in pairs):
        fails(path, "every text in the column 'text' is empty")
        return
    if len(classes) == 1:
        fails(path, "has one class only")
        return
    found = read(str(path))
    assert list(found.classes) == classes
    assert [(t, classes[n]) for t, n in zip(found.texts, found.labels, strict=True)] == pairs


def test_a_field_may_be_long(table: Table) -> None:
    rows: list[Row] = [{"text": "x" * 300_000, "label": "a"}, {"text": "y", "label": "b"}]
    assert read(table(rows, ".csv")).texts[0] == rows[0]["text"]


@pytest.mark.parametrize(
    ("suffix", "text"),
    [(".parquet", None), *product([".json", ".jsonl"], [None, 5, True, ["a"], {"a": 1}])],
)
def test_a_text_that_is_none(
    table: Table, fails: Fails, reviews: list[Row], suffix: str, text: Any
) -> None:
    rows = [*reviews, {"text": text, "label": "pos"}]
    path = table(rows, suffix)
    fails(path, "row 7: .* text.* --text-column")
    fails(path, "row 7: .* text.* --text-column", labelled=False)


def test_numbers_and_bytes_in_parquet_are_no_texts(table: Table, fails: Fails) -> None:
    for text in (5, 2.5, b"a", ["a"], pandas.Timestamp(0)):
        path = table([{"text": text, "label": "a"}] * 2, ".parquet")
        fails(path, "row 1: .* is not a text")
        path = table([{"text": "a", "label": [text]}] * 2, ".parquet")
        fails(path, "row 1: the label is no name or number")


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_a_row_without_the_key(table: Table, fails: Fails, reviews: list[Row], suffix: str) -> None:
    for key, what in (("text", "the text is missing"), ("label", "the label is missing")):
        rows: list[Row] = [*reviews, {k: "a" for k in ("text", "label") if k != key}]
        fails(table(rows, suffix), f"row 7: {what}")


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_separator_is_found(
    written: Write, texts: list[str], labels: list[str], suffix: str, separator: str, end: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerows([("id", "text", "label"), *zip(count(), texts, labels)])
    found = read(str(written(b"\xef\xbb\xbf" + out.getvalue().encode(), f"mine{suffix}")))
    assert found.texts == texts
    assert [found.classes[label] for label in found.labels] == labels


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        # Separators of another kind in the texts, and in the header.
        ("text;label\na, b, c;x\nd, e;y\n", ["a, b, c", "d, e"]),
        ('id;"text, long";text;label\n1;;a, b;x\n2;;c;y\n', ["a, b", "c"]),
        ("id, of a row;text;label\n1;a, b, c;x\n2;d;y\n", ["a, b, c", "d"]),
        ("text,label\na;b;c,x\nd;e;f,y\n", ["a;b;c", "d;e;f"]),
        # As many of both in each row: the one that divides it into more fields.
        ("a,text;of;label,text,label\n1,2;3;4,x,y\n1,2;3;4,z,w\n", ["x", "z"]),
        ('text\tlabel\n"a\tb\n, c"\tx\nd, e\ty\n', ["a\tb\n, c", "d, e"]),
    ],
)
def test_separators_of_other_kinds_are_part_of_the_text(
    written: Write, data: str, texts: list[str]
) -> None:
    assert read(str(written(data, "mine.csv"))).texts == texts


@forms
@pytest.mark.parametrize("names", [("Text", "LABEL"), ("REVIEW", "Sentiment"), (" text ", "Class")])
def test_names_of_columns_in_any_case(
    table: Table, texts: list[str], reviews: list[Row], suffix: str, names: tuple[str, str]
) -> None:
    rows: list[Row] = [{names[0]: row["text"], names[1]: row["label"]} for row in reviews]
    path = table(rows, suffix)
    assert read(path).texts == texts
    assert read(path, text_column=names[0].upper(), label_column=names[1].lower()).texts == texts


@forms
def test_a_name_in_the_same_case_goes_first(table: Table, fails: Fails, suffix: str) -> None:
    rows: list[Row] = [{"TEXT": "x", "text": t, "label": t, "Label": 1} for t in "ab"]
    assert read(table(rows, suffix)).texts == ["a", "b"]
    rows = [{"TEXT": t, "Text": "x", "label": t} for t in "ab"]
    fails(table(rows, suffix), "more than one column 'text'")


@plain_forms
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-8-sig"])
def test_other_encodings(
    to_bytes: ToBytes, written: Write, fails: Fails, suffix: str, encoding: str
) -> None:
    rows: list[Row] = [{"text": "“é”", "label": "a"}, {"text": "ü", "label": "b"}]
    text = to_bytes(rows, suffix).decode()
    if "j" in suffix:
        text = text.encode().decode("unicode_escape")
    path = written(text.encode(encoding), f"mine{suffix}")
    assert read(str(path), encoding=encoding).texts == ["“é”", "ü"]
    if encoding != "utf-8-sig":
        fails(path, rf"try --encoding {encoding}$")


def test_the_encoding_of_folders_and_of_lines(written: Write, fails: Fails) -> None:
    for name in ("neg", "pos"):
        folder = written(f"{name} é".encode("latin-1"), f"mine/{name}/a.txt").parents[1]
    for labelled in (True, False):
        found = read(str(folder), labelled=labelled, encoding="latin-1")
        assert found.texts == ["neg é", "pos é"]
    lines = written("é\nü\n".encode("latin-1"), "lines.txt")
    assert read(str(lines), labelled=False, encoding="latin-1").texts == ["é", "ü"]
    fails(lines, "try --encoding latin-1$", labelled=False)
