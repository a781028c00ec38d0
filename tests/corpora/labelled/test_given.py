"""Texts and labels of Python: lists, arrays, data frames and data sets come to the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corpora.errors import UserError
from corpora.labelled.given import label_texts
from corpora.labelled.texts import LabelledTexts, read

TEXTS, LABELS = ["good", "bad", "fine"], ["pos", "neg", "pos"]


def same(one: LabelledTexts, other: LabelledTexts) -> bool:
    return one.sha256 == other.sha256


def test_lists_arrays_and_frames_are_the_same_texts() -> None:
    import pandas

    wanted = label_texts(TEXTS, LABELS)
    frame = pandas.DataFrame({"Review": TEXTS, "sentiment": LABELS, "other": [1, 2, 3]})
    for texts, labels in (
        (tuple(TEXTS), iter(LABELS)),
        (np.array(TEXTS), np.array(LABELS)),
        (frame["Review"], frame["sentiment"]),
        (frame, None),
        (frame, LABELS),
    ):
        assert same(label_texts(texts, labels), wanted)
    other = frame.rename(columns={"Review": "a", "sentiment": "b"})
    assert same(label_texts(other, text_column="a", label_column="b"), wanted)


def test_a_data_set_gives_the_names_of_its_classes() -> None:
    class Column(list[Any]):
        pass

    class Names:
        names = ("neg", "pos")

    class DataSet(dict[str, Any]):
        column_names = ("text", "label")
        features = {"label": Names(), "text": object()}  # noqa: RUF012

    found = label_texts(DataSet(text=Column(TEXTS), label=Column([1, 0, 1])))
    assert same(found, label_texts(TEXTS, LABELS))


def test_numbers_are_classes_in_their_order() -> None:
    for labels in ([10, 9, 10], [10.0, 9.0, 10.0], np.array([10, 9, 10]), ["10", "9", "10"]):
        found = label_texts(TEXTS, labels)
        assert found.classes == ("9", "10")
        assert found.labels.tolist() == [1, 0, 1]


def test_they_are_those_of_a_file(tmp_path: Any) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "text,label\n" + "".join(f"{a},{b}\n" for a, b in zip(TEXTS, LABELS, strict=True))
    )
    assert same(read(str(path)), label_texts(TEXTS, LABELS))


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        (TEXTS, None, "without labels"),
        (TEXTS, ["a"], "3 texts, but 1 labels"),
        ("good", ["a"], "texts must be a list"),
        (TEXTS, 3, "labels must be a list"),
        (["good", 3, "x"], LABELS, "a text must be a string, not 3"),
        (["good", None, "x"], LABELS, "texts are missing"),
        (["good", float("nan"), "x"], LABELS, "a text must be a string"),
        ([], [], "no texts"),
        (TEXTS, ["a", None, "b"], "label is missing"),
        (TEXTS, ["a", float("nan"), "b"], "label is missing"),
        (TEXTS, ["a", "a", "a"], "of one class"),
    ],
)
def test_what_cannot_be_learned_from_is_one_line(texts: Any, labels: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        label_texts(texts, labels)
