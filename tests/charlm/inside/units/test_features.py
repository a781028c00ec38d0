from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm.inside.units.features import FEATURES, find_quotations
from charlm.inside.units.patterns import find_matches, make_pattern
from corpora.errors import UserError

NAMED = {feature.name: feature for feature in FEATURES}

EXAMPLES = [
    ("quotes", 'a "b" c', "0011000"),
    ("quotes", "“a “b” c” d”", "111111110000"),
    ("quotes", '"a\nb\n\nc "d" e', "1111100011000"),
    ("brackets", "a (b [c] d) e)", "00111111110000"),
    ("brackets", ") (\n\na (b", "001100011"),
    ("line", "ab\nc\n\nd", "1201001"),
    ("word", "ab c's 12", "120101000"),
    ("sentence", 'A. "B? c', "00110010"),
    ("sentence", "a\n\n- b. c", "001110010"),
    ("first line", "a\nb\n\nc\nd", "10001100"),
    ("paragraph", "a\n\nbc", "12012"),
    ("upper case", "aBÉ1", "0110"),
    ("digits", "a1½2", "0101"),
]


@pytest.mark.parametrize(("name", "text", "expected"), EXAMPLES)
def test_features_are_what_they_say(name: str, text: str, expected: str) -> None:
    assert "".join(map(str, NAMED[name].compute(text))) == expected


texts = st.text(alphabet='ab. "“”()[\n', max_size=60)


def walk(text: str, opening: str, closing: str, both: str) -> list[int]:
    """Inside or outside, character by character."""
    depth, inside, values = 0, False, []
    for place, character in enumerate(text):
        if text[max(0, place - 1) : place + 1] == "\n\n":
            depth, inside = 0, False
        inside ^= character in both
        depth = max(0, depth + (character in opening) - (character in closing))
        values.append(int(inside or depth > 0))
    return values


@given(texts)
def test_quotations_and_brackets_equal_a_walk_through_the_text(text: str) -> None:
    assert find_quotations(text).tolist() == walk(text, "“", "”", '"')
    assert NAMED["brackets"].compute(text).tolist() == walk(text, "([{", ")]}", "")


@given(texts, texts)
def test_the_value_at_a_character_knows_nothing_of_what_comes_after(a: str, b: str) -> None:
    for feature in FEATURES:
        assert feature.compute(a + b)[: len(a)].tolist() == feature.compute(a).tolist()


def test_a_lost_mark_does_not_turn_the_rest_around() -> None:
    whole = '"One," he said.\n\n"Two." They went.\n\n' * 5
    lost = whole.replace('"', "", 1)
    start = lost.index("\n\n") + 2
    found = find_quotations(lost)[start:]
    assert found.tolist() == find_quotations(whole)[start + 1 :].tolist()


def test_a_pattern_is_yes_where_a_match_covers_the_character() -> None:
    feature = make_pattern("two words=a[bc]+")
    assert (feature.name, feature.is_number) == ("two words", False)
    assert "".join(map(str, feature.compute("abcaab"))) == "111011"
    assert make_pattern("a=b=c").name == "a"
    assert make_pattern("(a=b)").name == "(a=b)"
    assert find_matches("^b", "a\nb").tolist() == [0, 0, 1]
    assert find_matches("", "ab").tolist() == [0, 0]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("", "1 to 1,000"),
        ("a" * 1001, "1 to 1,000"),
        ("a(", "no regular expression"),
        ("x=[", "no regular expression"),
        ("a{9999999999999999999}", "no regular expression"),
    ],
)
def test_what_is_no_pattern_is_said(pattern: str, line: str) -> None:
    with pytest.raises(UserError, match=line):
        make_pattern(pattern)


def test_a_pattern_that_never_ends_is_ended() -> None:
    with pytest.raises(UserError, match="takes more than"):
        find_matches("(a+)+b", "a" * 40, seconds=0.5)


def test_an_empty_text_has_no_values() -> None:
    for feature in FEATURES:
        assert feature.compute("").shape == (0,)
        assert feature.compute("").dtype == np.int64
