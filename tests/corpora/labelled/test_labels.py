"""Labels of tables: names, numbers and booleans, and given classes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from corpora.errors import UserError
from corpora.labelled.texts import read
from corpora.tables import READERS

Row = dict[str, Any]
Table = Callable[..., str]
Fails = Callable[..., str]
SUFFIXES = list(READERS)
forms = pytest.mark.parametrize("suffix", SUFFIXES)


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".parquet"])
@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([1, 0, 1], ("0", "1")),
        ([1.0, 0.0, 1.0], ("0", "1")),
        ([True, False, True], ("false", "true")),
        ([10, 9, -1], ("-1", "9", "10")),
        ([0.5, 2.0, -0.0], ("0", "0.5", "2")),
        (["2", "10", "1.0"], ("1", "2", "10")),
        (["01", "1", "1"], ("01", "1")),
        ([" a", "b ", "a"], ("a", "b")),
        (["9" * 5000, "1", "x"], ("1", "9" * 5000, "x")),
        ([2**63, 1, 2**63], ("1", str(2**63))),
    ],
)
def test_labels_may_be_numbers_and_booleans(
    table: Table, suffix: str, values: list[Any], classes: tuple[str, ...]
) -> None:
    rows: list[Row] = [{"text": "a", "label": value} for value in values]
    if "9" * 5000 in values and suffix == ".parquet":
        rows = rows[::-1]
    path = table(rows, suffix)
    found = read(path)
    assert found.classes == classes
    again = read(path, classes=classes)
    np.testing.assert_array_equal(again.labels, found.labels)


def test_labels_that_are_equal_but_not_the_same_stay_apart(table: Table) -> None:
    rows = [{"text": "a", "label": label} for label in (True, 1, 1.0, "1", "true", False, 0)]
    found = read(table(rows, ".jsonl"))
    assert found.classes == ("0", "1", "false", "true")
    assert found.labels.tolist() == [3, 1, 1, 1, 3, 2, 0]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_booleans_are_the_same_however_they_are_spelled(table: Table, suffix: str) -> None:
    spelled: list[Any] = ["True", "FALSE", "true", True, False]
    rows: list[Row] = [{"text": "a", "label": value} for value in spelled]
    found = read(table(rows, suffix))
    assert found.classes == ("false", "true")
    assert found.labels.tolist() == [1, 0, 1, 1, 0]


@forms
def test_labels_must_be_among_given_classes(table: Table, suffix: str) -> None:
    classes = ("negative", "Positive", "mixed", "mixture")

    def labels(*values: str, classes: tuple[str, ...] = classes) -> list[int]:
        rows: list[Row] = [{"text": "a", "label": value} for value in values]
        path = table(rows, suffix)
        return read(path, classes=classes).labels.tolist()

    assert labels("negative", "NEG", "pos", "POSITIVE", "mixed", "mixt") == [0, 0, 1, 1, 2, 3]
    assert labels("0", "1", "3", "1.0") == [0, 1, 3, 1]
    assert labels("neg", "neg") == [0, 0]
    assert labels("pos", "POS", "positive", classes=("pos", "positive")) == [0, 0, 1]
    for label in ("mix", "x", "4", "-1", "negatives", "9" * 5000, "²"):
        with pytest.raises(UserError, match=r"row 2: .* is none of the classes negative, Positive"):
            labels("neg", label)


@pytest.mark.parametrize(
    ("suffix", "value"),
    [
        *product(SUFFIXES, [None, "", "  "]),
        *product([".json", ".jsonl"], [float("nan"), ["a"], {"a": 1}]),
    ],
)
def test_a_label_that_is_none(
    table: Table, fails: Fails, reviews: list[Row], suffix: str, value: Any
) -> None:
    path = table([*reviews, {"text": "a", "label": value}], suffix)
    for classes in (None, ("neg", "pos")):
        fails(path, "row 7: the label is (missing|no name)", classes=classes)


@forms
def test_one_class_is_not_enough(table: Table, fails: Fails, texts: list[str], suffix: str) -> None:
    rows: list[Row] = [{"text": text, "label": "pos"} for text in texts]
    path = table(rows, suffix)
    fails(path, "has one class only, 'pos'; two are needed")
    assert set(read(path, classes=("neg", "pos")).labels.tolist()) == {1}
