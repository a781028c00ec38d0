"""Tables that are damaged or something else give an error of one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import damaged

from corpora.errors import UserError
from corpora.labelled.texts import read
from corpora.tables import READERS

Row = dict[str, Any]
Write = Callable[..., Path]
ToBytes = Callable[[list[Row], str], bytes]
Fails = Callable[..., str]
SUFFIXES = list(READERS)


GARBAGE = np.random.default_rng(0).bytes(2000)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".txt"])
def test_what_is_something_else(
    to_bytes: ToBytes, fails: Fails, reviews: list[Row], written: Write, suffix: str
) -> None:
    about: dict[str, Any] = {"labelled": suffix != ".txt"}
    name = f"mine{suffix}"
    for data in (b"", b"\n", b"\xef\xbb\xbf") if suffix != ".txt" else (b"", b"\xef\xbb\xbf"):
        fails(written(data, name), name, **about)
    fails(written(GARBAGE, name), name, **about)
    fails(written(b"PK\3\4" + GARBAGE, name), name, **about)
    latin = to_bytes(reviews, ".csv" if suffix == ".txt" else suffix).replace(b"film", b"f\xe9lm")
    if suffix != ".parquet":
        fails(
            written(latin, name),
            "is not utf-8: byte 0xe9 .*(latin-1|damaged there; mend the file)$",
            **about,
        )
        fails(written(b"text,label\nf\xe9lm", name), "try --encoding latin-1$", **about)
        utf16 = "text,label\né,1\n".encode("utf-16")
        fails(written(utf16, name), "is not utf-8: .*try --encoding utf-16$", **about)
        fails(written(utf16[2:], name), "try --encoding utf-16-le$", **about)
        fails(written(b"text,label\na\0,b\nc,d\n", name), r"looks binary \(U\+0000", **about)
        fails(written(b"text", name), "no text encoding called 'utf-9'", encoding="utf-9", **about)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ("text,label\na\n", "row 1 has 1 fields, the header 2"),
        ("text,label\na,b\nc,d,e\n", "row 2 has 3 fields, the header 2"),
        ("text,label\na,b,\nc,d,\n", "row 1 has 3 fields"),
        ('text,label\n"a,b\nc,d\n', "line 3: unexpected end of data"),
        ('text,label\n"a"b,c\n', "line 2: "),
        ("text,label,text\na,b,c\n", "more than one column 'text'"),
        ("text,label,label\na,b,c\n", "more than one column 'label'"),
        ("text,label\n", "holds no texts"),
        ("\n\n", "holds no texts"),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_tables_out_of_shape(
    fails: Fails, written: Write, suffix: str, data: str, match: str
) -> None:
    fails(written(data.replace(",", "\t" if suffix == ".tsv" else ","), f"mine{suffix}"), match)


def test_the_same_columns_twice_in_parquet(fails: Fails, written: Write) -> None:
    import pyarrow
    import pyarrow.parquet

    for names in (["text", "label", "label"], ["text", "text", "label"]):
        table = pyarrow.table([["a", "b"]] * 3, names=names)
        path = written(b"", "twice.parquet")
        pyarrow.parquet.write_table(table, path)
        fails(path, r"twice\.parquet")


@pytest.mark.parametrize(
    "data",
    [
        "null",
        "5",
        '"text"',
        "{}",
        '{"text": ["a", "b"], "label": [1, 2]}',
        '[["a", 1]]',
        "[1, 2]",
        '[{"text": "a", "label": 1}, null]',
        "[" * 100_000,
        "[{" + '"a":[' * 100_000,
        "1" * 5000,
        '[{"text": "a", "label": ' + "1" * 5000 + "}]",
        '[{"text": ' + "-1" + "0" * 5000 + ', "label": 1}]',
        '[{"text": "a", "label": 1, "more": ' + "[" * 100_000 + "]" * 100_000 + "}]",
        '[{"text": ' + "[" * 500 + "]" * 500 + ', "label": 1}]',
        '[{"text": "a", "label": 1}] x',
        "[]",
        "[{}]",
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_json_of_something_else(fails: Fails, written: Write, suffix: str, data: str) -> None:
    name = f"mine{suffix}"
    fails(written(data, name), name)
    if suffix == ".jsonl":
        fails(written('{"text": "a", "label": 1}\n\n' + data, name), name)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".txt"])
def test_damage_gives_one_line_or_texts(
    to_bytes: ToBytes, reviews: list[Row], written: Write, suffix: str
) -> None:
    whole = to_bytes(reviews * 3, ".csv" if suffix == ".txt" else suffix)
    classes = (None, ("neg", "pos"))
    for seed, harmed in enumerate(damaged(whole, 300, seed=len(suffix))):
        path = written(harmed, f"mine{suffix}")
        labelled = suffix != ".txt" and seed % 3 > 0
        try:
            found = read(str(path), classes=classes[seed % 2], labelled=labelled)
        except UserError:
            continue
        finally:
            path.unlink()  # to write over a file, or to remove it later, takes 3 ms
        assert all(type(text) is str for text in found.texts)
        assert len(found.texts) == len(found.labels) > 0
        if labelled:
            assert 0 <= found.labels.min() <= found.labels.max() < len(found.classes)
            assert "" not in found.classes


def test_what_json_cannot_hold_is_named(fails: Fails, written: Write) -> None:
    fails(written("[" * 100_000, "mine.json"), r"mine\.json: .*nested too deeply")
    fails(written("1" * 5000, "mine.jsonl"), r"mine\.jsonl, line 1: a number has too many digits")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_column_of_blank_texts_is_refused(
    to_bytes: ToBytes, fails: Fails, written: Write, suffix: str
) -> None:
    rows: list[Row] = [
        {"text": text, "id": 5, "label": label} for text, label in zip(" \t ", "abc", strict=True)
    ]
    path = written(to_bytes(rows, suffix), f"mine{suffix}")
    for labelled in (True, False):
        fails(path, "every text in the column 'text' is empty; .* --text-column", labelled=labelled)


def test_a_folder_of_blank_texts_is_refused(fails: Fails, written: Write) -> None:
    for name in ("pos/a.txt", "neg/b.txt"):
        path = written(" \n", f"blank/{name}").parents[1]
    fails(path, "blank holds no texts, only white space")
