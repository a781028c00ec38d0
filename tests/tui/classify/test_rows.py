"""The order and the choice of the reviews of a table."""

from __future__ import annotations

import random

import pytest

from tui.classify.opinions import Opinion
from tui.classify.rows import SORTS, Row, Rows


def opinion(share: float, *names: str) -> Opinion:
    """Return the opinion that a text is `share` good, or bad."""
    shares = dict(zip(names or ("bad", "good"), (1 - share, share), strict=True))
    return Opinion(max(shares, key=shares.__getitem__), shares, 3, 0)


def make_rows(shares: list[float], truths: list[str | None] | None = None) -> list[Row]:
    return [
        Row(number, f"Text {number}", opinion(share), truth)
        for number, (share, truth) in enumerate(
            zip(shares, truths or [None] * len(shares), strict=True), 1
        )
    ]


@pytest.fixture
def rows() -> Rows:
    found = Rows()
    found.add(make_rows([0.9, 0.2, 0.6, 0.45], ["good", "good", "bad", "bad"]))
    return found


def numbers(rows: Rows) -> list[int]:
    return [row.number for row in rows.shown]


def test_each_order_shows_what_it_says(rows: Rows) -> None:
    expected = {
        "number": [1, 2, 3, 4],
        "doubt": [4, 3, 2, 1],
        "sureness": [1, 2, 3, 4],
        "class": [2, 4, 1, 3],
        "right or wrong": [2, 3, 1, 4],  # the surest of the wrong ones is at the top
    }
    assert rows.list_sorts() == list(expected)
    for name, order in expected.items():
        rows.sort = name
        rows.arrange()
        assert numbers(rows) == order, name


def test_rows_that_come_later_take_their_place() -> None:
    shares = [random.Random(7).random() for _ in range(60)]
    for sort in SORTS:
        at_once, bit_by_bit = Rows(), Rows()
        at_once.sort = bit_by_bit.sort = sort
        truths = [("bad", "good", None)[number % 3] for number in range(60)]
        at_once.add(make_rows(shares, truths))
        at_once.arrange()
        for start in range(0, 60, 7):
            bit_by_bit.add(make_rows(shares, truths)[start : start + 7])
        assert numbers(bit_by_bit) == numbers(at_once)


@pytest.mark.parametrize("sort", SORTS)
def test_what_is_looked_for_letter_by_letter_is_found_as_at_once(sort: str) -> None:
    draw = random.Random(3)
    shares = [draw.random() for _ in range(40)]
    typed = ["", "T", "TE", "text 1", "text 12", "text 1", "text", "x", "xx", ""]
    by_letters = Rows()
    by_letters.sort = sort
    by_letters.add(make_rows(shares, ["bad"] * 40))
    by_letters.arrange()
    for needle in typed:
        by_letters.look_for(needle)
        at_once = Rows()
        at_once.sort, at_once.needle = sort, needle
        at_once.add(make_rows(shares, ["bad"] * 40))
        at_once.arrange()
        assert numbers(by_letters) == numbers(at_once), needle


def test_rows_can_be_chosen_by_text_and_by_whether_they_are_wrong(rows: Rows) -> None:
    assert not rows.chosen
    rows.needle = "TEXT 3"
    rows.arrange()
    assert numbers(rows) == [3]
    assert rows.chosen
    rows.needle, rows.only_wrong = "", True
    rows.arrange()
    assert numbers(rows) == [2, 3]
    rows.add([Row(5, "right", opinion(0.8), "good"), Row(6, "wrong", opinion(0.8), "bad")])
    assert numbers(rows) == [2, 3, 6]
    assert (len(rows), rows[2].text, rows.find(5), rows.find(0)) == (3, "wrong", 2, None)


def test_rows_on_which_two_classifiers_differ_come_first(rows: Rows) -> None:
    for row, share in zip(rows.all, (0.75, 0.25, 0.1, 0.55), strict=True):
        row.compare(opinion(share))
    assert "difference" in rows.list_sorts()
    assert [row.differs for row in rows.all] == [False, False, True, True]
    assert rows.all[2].difference == pytest.approx(0.5)
    rows.sort = "difference"
    rows.arrange()
    assert numbers(rows) == [3, 4, 1, 2]
    rows.only_differing = True
    rows.arrange()
    assert numbers(rows) == [3, 4]
    rows.all[0].compare(opinion(0.9, "crime", "love"))
    assert rows.all[0].difference == 1.0


def test_a_row_without_words_is_the_most_doubtful_one(rows: Rows) -> None:
    rows.add([Row(5, "", Opinion(None, {}), "good")])
    assert rows.all[-1].right is False
    rows.sort = "doubt"
    rows.arrange()
    assert numbers(rows)[0] == 5


def test_a_removed_row_leaves_no_gap(rows: Rows) -> None:
    rows.remove(1)
    assert [row.number for row in rows.all] == [1, 2, 3]
    assert [row.text for row in rows.all] == ["Text 1", "Text 3", "Text 4"]
    rows.replace(0, Row(1, "another", opinion(0.5)))
    rows.needle = "another"
    rows.arrange()
    assert numbers(rows) == [1]
    rows.clear()
    assert (len(rows), rows.all) == (0, [])
