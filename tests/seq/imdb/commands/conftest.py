"""Reviews to train on, and `charlm imdb classify` with a model that knows a few words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reviews import reviews, write_csv

from seq.imdb import library
from seq.imdb.library import TextClassifier

Charlm = Callable[..., Any]
Said = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def file() -> Path:
    return write_csv(Path("own.csv"), reviews(60))


@pytest.fixture
def classify(charlm: Charlm, good_or_bad: Path) -> Charlm:
    def call(*arguments: str | Path, **given: Any) -> Any:
        return charlm("imdb", "classify", "--model", good_or_bad, *arguments, **given)

    return call


@pytest.fixture
def said(classify: Charlm) -> Said:
    """What the JSON says, a row each."""

    def call(*arguments: str | Path, **given: Any) -> list[dict[str, Any]]:
        ended = classify("--json", *arguments, **given)
        assert (ended.code, ended.err) == (0, "")
        rows = [json.loads(line) for line in ended.out.splitlines()]
        assert [row.pop("row") for row in rows] == list(range(1, len(rows) + 1))
        return rows

    return call


@pytest.fixture
def classifier(good_or_bad: Path) -> TextClassifier:
    return library.load(str(good_or_bad), device="cpu")
