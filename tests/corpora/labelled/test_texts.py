"""Text files, what cannot be read, and labelled texts as objects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.labelled.texts import LabelledTexts, read

Write = Callable[..., Path]
Fails = Callable[..., str]


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        ("a\nb", ["a", "b"]),
        ("a\nb\n", ["a", "b"]),
        ("\n", [""]),
        ("a\n\n\nb\n\n", ["a", "", "", "b", ""]),
        ("a\r\nb\rc\r\n", ["a", "b", "c"]),
        (
            "\ufeffa\x0bb\x0cc\x1cd\x1ee\x85f\u2028g\u2029h\n",
            ["a\x0bb\x0cc\x1cd\x1ee\x85f\u2028g\u2029h"],
        ),
        (" a \n", [" a "]),
    ],
)
def test_a_text_file_has_a_text_on_each_line(written: Write, data: str, texts: list[str]) -> None:
    assert read(str(written(data)), labelled=False).texts == texts


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"))))
def test_lines_come_back(fails: Fails, texts: list[str], lines: list[str]) -> None:
    if lines and lines[0].startswith("\ufeff"):
        return
    Path("lines.txt").unlink(missing_ok=True)
    Path("lines.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    if lines:
        assert read("lines.txt", labelled=False).texts == lines
    else:
        fails("lines.txt", "holds no texts", labelled=False)


@pytest.mark.parametrize("labelled", [True, False])
def test_what_is_not_there_or_cannot_be_read(fails: Fails, written: Write, labelled: bool) -> None:
    about = {"labelled": labelled}
    fails("nowhere.csv", "no file or folder 'nowhere.csv'", **about)
    fails("no\0where.csv", "no file or folder", **about)
    fails("x" * 300, "the name is too long|no file or folder", **about)
    fails(written("a,b", "a.xlsx"), r"a\.xlsx is none of \.csv, \.tsv, ", **about)
    fails(written("a,b", "noname"), "noname is none of", **about)
    fails(written("text") / "more.csv", "no file or folder", **about)
    Path("loop.csv").symlink_to("loop.csv")
    fails("loop.csv", "round in a circle|no file or folder", **about)


def test_a_text_file_has_no_labels(fails: Fails, labels: list[str], written: Write) -> None:
    fails(written("a\nb\n"), "holds no labels")


def some(*labels: int) -> LabelledTexts:
    texts = [f"text {n}" for n in range(len(labels))]
    return LabelledTexts("some", texts, np.array(labels, dtype=np.int64), ("a", "b"))


def test_the_digest_knows_classes_texts_labels_and_their_order() -> None:
    whole = some(0, 1, 1)
    others = [
        some(0, 1, 0),
        some(0, 1),
        whole.select(np.array([1, 0, 2])),
        LabelledTexts("some", whole.texts, whole.labels, ("b", "a")),
        LabelledTexts("some", ["text 0text 1", "", "text 2"], whole.labels, ("a", "b")),
        LabelledTexts("some", [*whole.texts[:2], "\ud800"], whole.labels, ("a", "b")),
    ]
    assert len({each.sha256 for each in [whole, *others]}) == 1 + len(others)
    renamed = LabelledTexts("other", tuple(whole.texts), whole.labels.astype(">i8"), ("a", "b"))
    assert renamed.sha256 == whole.sha256


@given(st.lists(st.integers(0, 1), min_size=2), st.data())
def test_what_is_taken_apart_can_be_joined_again(labels: list[int], data: st.DataObject) -> None:
    whole = some(*labels)
    cut = data.draw(st.integers(0, len(labels)))
    rows = np.arange(len(labels))
    parts = [whole.select(rows[:cut]), whole.select(rows[cut:])]
    assert [len(part) for part in parts] == [cut, len(labels) - cut]
    again = LabelledTexts.join("some", parts)
    assert again.sha256 == whole.sha256
    assert again.classes == whole.classes
