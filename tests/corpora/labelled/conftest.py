"""Tables in all formats, small splits of the movie reviews, and checks that tests share."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import numpy as np
import pandas
import pytest

from corpora.errors import UserError
from corpora.labelled import imdb
from corpora.labelled.texts import read
from corpora.labelled.words import WordTokenizer

Row = dict[str, Any]

TEXTS = ["So good,\nreally.", 'A "bad"\tfilm', "", "NA", "1984", "é 😀\u2028\x0b\x1c end"]
LABELS = ["pos", "neg", "pos", "neg", "neg", "pos"]


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Return the texts of `reviews`."""
    return TEXTS


@pytest.fixture(scope="session")
def labels() -> list[str]:
    """Return the labels of `reviews`."""
    return LABELS


@pytest.fixture(scope="session")
def reviews() -> list[Row]:
    """Return rows with a text and a label."""
    return [{"text": t, "label": x} for t, x in zip(TEXTS, LABELS, strict=True)]


def separated(rows: list[Row], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def json_lines(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def to_parquet(table: list[Row] | dict[str, list[Any]]) -> bytes:
    out = io.BytesIO()
    pandas.DataFrame(table).to_parquet(out)
    return out.getvalue()


FORMS: dict[str, Callable[[list[Row]], bytes]] = {
    ".csv": separated,
    ".tsv": lambda rows: separated(rows, "\t"),
    ".json": lambda rows: json.dumps(rows).encode(),
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".parquet": to_parquet,
}


@pytest.fixture(scope="session")
def to_bytes() -> Callable[[list[Row], str], bytes]:
    """Return rows as the content of a table with a suffix."""
    return lambda rows, suffix: FORMS[suffix](rows)


@pytest.fixture
def table(written: Callable[..., Path]) -> Callable[..., str]:
    """Write rows to a table with a suffix."""

    def write(rows: list[Row], suffix: str, name: str = "mine") -> str:
        return str(written(FORMS[suffix](rows), name + suffix))

    return write


@pytest.fixture(scope="session")
def parquet() -> Callable[..., bytes]:
    """Return columns as the content of a Parquet file."""
    return lambda **columns: to_parquet(columns)


def check_line(call: Callable[[], object], match: str) -> str:
    with pytest.raises(UserError, match=match) as caught:
        call()
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 1000
    return line


@pytest.fixture(scope="session")
def fails() -> Callable[..., str]:
    """Check that `read` raises an error of one short line."""

    def check(spec: object, match: str, **about: Any) -> str:
        return check_line(lambda: read(str(spec), **about), match)

    return check


@pytest.fixture(scope="session")
def imdb_fails() -> Callable[..., str]:
    """Check that `imdb.load` raises an error of one short line."""

    def check(match: str, split: imdb.Split = "train") -> str:
        return check_line(lambda: imdb.load(split), match)

    return check


@pytest.fixture
def small_imdb(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, list[Any]]]:
    """Make the splits small and the hub unreachable to this process.

    Return the columns of each split.
    """
    facts = {"train": (6, {0, 1}), "test": (4, {0, 1}), "unsupervised": (3, {-1})}
    monkeypatch.setattr(imdb, "_FACTS", facts)

    def no_hub(*args: object, **about: object) -> None:
        raise ConnectionError("no hub")

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", no_hub)
    texts = [f"Review {n}.<br /><br />Good &amp; é 😀" for n in range(6)]
    labels = {"train": [0, 0, 1, 1, 0, 1], "test": [0, 0, 1, 1], "unsupervised": [-1] * 3}
    return {s: {"text": texts[: len(found)], "label": found} for s, found in labels.items()}


@pytest.fixture(scope="session")
def check_words() -> Callable[[WordTokenizer, str], None]:
    """Check that the words of a text have their places in it and the ids of `encode`."""

    def check(tokenizer: WordTokenizer, text: str) -> None:
        found = tokenizer.split(text)
        end = 0
        for word in found:
            assert end <= word.start < word.end <= len(text)
            assert word.text == text[word.start : word.end]
            assert 0 <= word.id < len(tokenizer)
            assert word.id != tokenizer.PAD
            end = word.end
        (ids,) = tokenizer.encode([text])
        assert ids.dtype == np.int32
        assert ids.tolist() == [word.id for word in found]

    return check
