"""The curve of a probability as a text is read on."""

from __future__ import annotations

import numpy as np
import pytest

from corpora.labelled.words import Word
from seq.imdb.beginnings import ReadingOn
from tui.classify.curve import Curve, describe_turn, describe_word, draw_curve, name_curve
from tui.classify.inks import Inks

WORDS = ["I", "was", "bored", ",", "but", "the", "end", "is", "superb", "."]
SHARES = (0.5, 0.5, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.9, 0.9)
INKS = Inks((("",) * 3,) * 2, "green", "red", "dim", "yellow", "", "", "blue")


def make(words: list[str], shares: tuple[float, ...], ends: tuple[int, ...] = ()) -> Curve:
    starts = tuple(4 * number for number in range(len(words)))
    all_ends = ends or tuple(range(1, len(words) + 1))
    return Curve("positive", tuple(words), starts, all_ends, shares)


@pytest.fixture
def curve() -> Curve:
    return make(WORDS, SHARES)


def reading(classes: tuple[str, ...], rows: list[list[float]]) -> ReadingOn:
    words = tuple(Word(f"w{n}", n, 3 * n, 3 * n + 2) for n in range(len(rows)))
    return ReadingOn(words, np.arange(1, len(rows) + 1), classes, np.array(rows))


def test_of_two_classes_the_second_is_drawn_and_of_more_the_last_one_given() -> None:
    two = Curve.of(reading(("bad", "good"), [[0.3, 0.7], [0.6, 0.4]]))
    assert (two.class_name, two.shares, two.starts) == ("good", (0.7, 0.4), (0, 3))
    three = Curve.of(reading(("a", "b", "c"), [[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]]))
    assert (three.class_name, three.shares) == ("c", (0.2, 0.6))
    assert name_curve(three) == "P(c) after each word"


def test_the_turn_is_where_it_changed_most(curve: Curve) -> None:
    assert curve.turn == (pytest.approx(0.7), WORDS.index("superb"))
    assert describe_word(curve, 8) == 'after "superb" 90% (+70)'
    assert describe_word(curve, 2) == 'after "bored" 10% (-40)'
    assert describe_word(curve, 0) == 'after "I" 50%'
    assert describe_word(curve, 9) == 'after "superb." 90%'
    assert describe_turn(curve) == 'it turns after "superb" 90% (+70)'
    assert describe_turn(make(["x", "y"], (0.5, 0.51))) == "no word changes its mind"


def test_a_curve_falls_and_rises_and_names_the_words_that_did_it(curve: Curve) -> None:
    lines = draw_curve(curve, 60, 6, None, INKS)
    assert len(lines) == 6
    assert {line.cell_len for line in lines[:-1]} == {60}
    assert [line.plain[:6].strip(" │┤") for line in lines] == ["100%", "", "50%", "", "0%", ""]
    assert lines[-1].plain.split() == ["-bored", "+but", "+superb"]
    at_the_end = [row for row in range(5) if lines[row].plain[-1] != " "]
    assert at_the_end == [0]
    assert [row for row in range(5) if lines[row].plain[6] != " "] == [2]
    styles = {str(span.style) for line in lines for span in line.spans}
    assert {"green", "red", "dim"} <= styles


def test_the_mark_stands_at_its_word_in_every_line(curve: Curve) -> None:
    lines = draw_curve(curve, 60, 6, 4, INKS)
    at = 6 + curve.find_column(4, 54)
    for line in lines[:-1]:
        marked = {place for span in line.spans if span.style == "yellow"
                  for place in range(span.start, span.end)}  # fmt: skip
        assert marked == {at}
    assert "but" in lines[-1].plain.split()


@pytest.mark.parametrize("width", [20, 33, 120])
@pytest.mark.parametrize("height", [2, 3, 9])
@pytest.mark.parametrize("count", [1, 2, 10, 300])
def test_it_fits_any_room(width: int, height: int, count: int) -> None:
    shares = tuple(((number * 37) % 100) / 99 for number in range(count))
    curve = make([f"word{number}" for number in range(count)], shares)
    for mark in (None, 0, count - 1):
        lines = draw_curve(curve, width, height, mark, INKS)
        assert len(lines) == height
        assert all(line.cell_len <= width for line in lines)


def test_a_click_finds_the_word_whose_place_it_is(curve: Curve) -> None:
    for word in range(len(WORDS)):
        assert curve.find_word_at(curve.find_column(word, 54), 54) == word
    assert curve.find_word_at(999, 54) == len(WORDS) - 1
    assert [curve.find_word(offset) for offset in (0, 3, 4, 500)] == [0, 0, 1, 9]


def test_between_two_beginnings_the_first_one_counts() -> None:
    curve = make(WORDS, (0.5, 0.2, 0.8), (1, 5, 10))
    assert [curve.read_at(word)[0] for word in (0, 3, 4, 8, 9)] == [0.5, 0.5, 0.2, 0.2, 0.8]
    assert curve.turn == (pytest.approx(0.6), 9)
