"""Where words lie, and what they speak for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.classify.spans import (
    find_change,
    find_place,
    make_spans,
    move_spans,
    orient,
    pick_strongest,
)

PIECES = [("The ", 0.05), ("plot ", 0.0), (" is", -0.4), (" ", 0.0), ("superb.", 1.0)]
TEXT = "".join(piece for piece, _ in PIECES)


def test_words_lie_where_the_text_has_them() -> None:
    spans = make_spans(PIECES)
    assert [TEXT[span.start : span.end] for span in spans] == ["The", "is", "superb."]
    assert [span.word for span in spans] == ["The", "is", "superb."]
    assert [span.level for span in spans] == [0, -2, 3]
    assert [span.word for span in pick_strongest(spans, 2)] == ["is", "superb."]
    assert make_spans([]) == []


class Explained:
    def __init__(self, label: str, *classes: str) -> None:
        shares = dict.fromkeys(classes, 0.5)
        self.prediction = type("Said", (), {"label": label, "probabilities": shares})
        self.pieces = lambda: [("waste", 1.0)]


@pytest.mark.parametrize(
    ("label", "value", "names"),
    [("bad", -1.0, ("good", "bad")), ("good", 1.0, ("good", "bad"))],
)
def test_of_two_classes_positive_is_for_the_second(
    label: str, value: float, names: tuple[str, str]
) -> None:
    found = Explained(label, "bad", "good")
    assert orient(found) == ([("waste", value)], *names)  # type: ignore[arg-type]


def test_of_more_classes_positive_is_for_the_one_that_is_given() -> None:
    found = Explained("love", "crime", "love", "space")
    assert orient(found) == ([("waste", 1.0)], "love", "the others")  # type: ignore[arg-type]


def test_words_that_an_edit_leaves_alone_keep_their_colour() -> None:
    spans = make_spans(PIECES)
    for after, kept in {
        TEXT: ["The", "is", "superb."],
        TEXT.replace("plot", "whole plot"): ["The", "is", "superb."],
        TEXT + " Yes": ["The", "is", "superb."],
        TEXT.replace("is", "was"): ["The", "superb."],
        "": [],
    }.items():
        moved = move_spans(spans, TEXT, after)
        assert [after[span.start : span.end] for span in moved] == kept
        assert [span.word for span in moved] == kept


@given(st.text("ab ", max_size=8), st.text("ab ", max_size=8))
def test_what_two_texts_share_does_not_overlap(before: str, after: str) -> None:
    start, end = find_change(before, after)
    assert start + end <= min(len(before), len(after))
    assert before[:start] == after[:start]
    assert before[len(before) - end :] == after[len(after) - end :]


def test_a_place_is_in_the_word_that_begins_before_it() -> None:
    assert [find_place([0, 4, 9], offset) for offset in (0, 3, 4, 8, 9, 99)] == [0, 0, 1, 1, 2, 2]
    assert find_place([3], 0) == 0
