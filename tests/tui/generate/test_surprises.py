"""Words that surprise, what is found in a text, and lines that are joined."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.generate.finding import find_all, pick_next
from tui.generate.lines import reflow
from tui.generate.surprises import chunk_means, find_surprises, mean_bits

BIT = math.log(2)


def test_words_are_put_in_order_by_their_bits() -> None:
    text = "the order of\nSchmidt's un-\nheard-of é1, ok"
    surprisals = np.full(len(text), 0.1 * BIT)
    surprisals[text.index("Schmidt") :][:9] = 2 * BIT
    surprisals[text.index("é")] = 7 * BIT
    found = find_surprises(text, surprisals)
    assert [one.word for one in found[:4]] == ["Schmidt's", "é1", "heard-of", "order"]
    assert {one.word for one in found[4:]} == {"the", "of", "un", "ok"}
    first = found[0]
    assert (first.bits, first.line, first.context) == (pytest.approx(18), 2, "Schmidt's")
    assert text[first.start : first.end] == "Schmidt's"
    assert found[1].bits == pytest.approx(7.1)
    assert (found[1].line, found[1].context) == (3, "heard-of é1")


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text("ab .\n'", max_size=80), st.integers(0, 5))
def test_every_word_has_the_sum_of_its_characters(text: str, most: int) -> None:
    surprisals = np.random.default_rng(len(text)).random(len(text)).astype(np.float32)
    found = find_surprises(text, surprisals, most)
    assert len(found) <= most
    for one in found:
        assert one.bits == pytest.approx(float(surprisals[one.start : one.end].sum()) / BIT)
        assert one.line == text[: one.start].count("\n") + 1
        assert one.context.endswith(one.word)
        assert "\n" not in one.context
    assert [one.bits for one in found] == sorted((one.bits for one in found), reverse=True)


def test_means_of_a_text_and_of_its_parts() -> None:
    surprisals = np.array([1, 1, 3, 3], np.float32) * BIT
    assert mean_bits(surprisals) == pytest.approx(2)
    assert chunk_means(surprisals, 2) == pytest.approx([1, 3])
    assert len(chunk_means(surprisals, 9)) == 4
    assert mean_bits(surprisals[:0]) == 0
    assert chunk_means(surprisals[:0], 3) == [0]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text("aAbİ \n", max_size=30), st.text("aAbİ ", max_size=3))
def test_what_is_found_stands_there(text: str, wanted: str) -> None:
    for at in find_all(text, wanted):
        part = text[at : at + len(wanted)].replace("\n", " ")
        assert part == wanted or (wanted == wanted.lower() and part.lower() == wanted)
    if wanted:
        exact = [at for at in range(len(text)) if text.startswith(wanted, at)]
        assert {*exact} <= {*find_all(text, wanted)}
    else:
        assert find_all(text, wanted) == []


def test_capitals_count_only_where_some_are_typed() -> None:
    text = "Prince, prince\nAndrew"
    assert find_all(text, "prince") == [0, 8]
    assert find_all(text, "Prince") == [0]
    assert find_all(text, "prince andrew") == [8]


def test_the_next_place_goes_round() -> None:
    assert pick_next([], 3, 1) is None
    assert [pick_next([2, 5, 9], at, 1) for at in (0, 2, 5, 9)] == [0, 1, 2, 0]
    assert [pick_next([2, 5, 9], at, -1) for at in (0, 2, 5, 9, 11)] == [2, 2, 0, 1, 2]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text("ab \n\t", max_size=40))
def test_only_single_line_ends_are_joined(text: str) -> None:
    joined = reflow(text)
    assert len(joined) == len(text)
    for at, (before, after) in enumerate(zip(text, joined, strict=True)):
        single = before == "\n" and text[at - 1 : at].strip() and text[at + 1 : at + 2].strip()
        assert after == (" " if single else before)


def test_paragraphs_lists_and_verse_stay() -> None:
    assert reflow("one\ntwo\n\nthree\n  four\n") == "one two\n\nthree\n  four\n"
