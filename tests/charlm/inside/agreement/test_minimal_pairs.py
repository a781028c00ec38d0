from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from charlm.inside.agreement.minimal_pairs import (
    DEPENDENCIES,
    NOUNS,
    PEOPLE,
    Dependency,
    Pair,
    make_pairs,
)
from charlm.inside.agreement.pairs_file import parse_pairs
from corpora.errors import UserError

EVERY = make_pairs()


def flat(pair: Pair) -> str:
    return pair.prefix.replace("\n", " ")


def test_either_form_is_right_equally_often() -> None:
    """So whoever always prefers the same form is right in half of the pairs, of every kind."""
    kinds = {(pair.dependency, pair.attractor) for pair in EVERY}
    assert len(kinds) == 8
    for kind in kinds:
        own = [pair for pair in EVERY if (pair.dependency, pair.attractor) == kind]
        right, wrong = Counter(p.right for p in own), Counter(p.wrong for p in own)
        assert right == wrong


def test_twins_are_the_same_but_for_what_decides() -> None:
    twins: dict[int | None, list[Pair]] = {}
    for pair in EVERY:
        twins.setdefault(pair.twin, []).append(pair)
    assert None not in twins
    for one, other in twins.values():
        assert (one.right, one.wrong) == (other.wrong, other.right)
        assert one.distance == other.distance
        assert flat(one)[-one.distance :] == flat(other)[-one.distance :]
        assert flat(one) != flat(other)


def test_no_pair_comes_twice() -> None:
    assert len({(pair.prefix, pair.right) for pair in EVERY}) == len(EVERY)


@pytest.mark.parametrize(("test", "words"), [("number", NOUNS), ("reflexive", PEOPLE)])
def test_attractors_are_what_they_are_called(test: str, words: Any) -> None:
    for pair in (p for p in EVERY if p.dependency == test):
        text = flat(pair)
        start = len(text) - pair.distance
        head, between = text[:start], text[start:]
        (own,) = [side for side in (0, 1) if any(w.lower() in ends(head) for w in words[side])]
        found = {side for side in (0, 1) if any(w.lower() in marked(between) for w in words[side])}
        expected = {"none": set(), "same": {own}, "other": {1 - own}}
        assert found == expected[pair.attractor], pair


def ends(head: str) -> set[str]:
    """What a beginning may end with."""
    words = head.lower().split()
    return {words[-1], " ".join(words[-2:])}


def marked(text: str) -> set[str]:
    """Every word and every two words of a text."""
    words = text.lower().replace(",", "").split()
    return {*words, *map(" ".join, pairwise(words))}


def test_a_mark_is_open_only_where_its_end_is_right() -> None:
    for test, mark, end in (("quotation", '"', '."'), ("bracket", "(", ") was")):
        for pair in (p for p in EVERY if p.dependency == test):
            assert pair.prefix.count(mark) == (pair.right == end)


@pytest.mark.parametrize("width", [40, 72])
def test_lines_are_no_wider_than_asked_form_included(width: int) -> None:
    for pair in make_pairs(line_width=width):
        for form in (pair.right, pair.wrong):
            assert max(map(len, f"{pair.prefix}{form}".split("\n"))) <= width
    assert not any("\n" in pair.prefix for pair in make_pairs(line_width=0))


def test_a_seed_gives_the_same_pairs_whatever_else_is_asked_for() -> None:
    for test in DEPENDENCIES:
        own = [pair for pair in EVERY if pair.dependency == test]
        alone = make_pairs((test,))
        assert [(p.prefix, p.right) for p in alone] == [(p.prefix, p.right) for p in own]
    assert make_pairs(seed=2) != EVERY


@pytest.mark.parametrize("test", DEPENDENCIES)
def test_what_stands_between_grows(test: Dependency) -> None:
    distances = [pair.distance for pair in make_pairs((test,))]
    assert min(distances) < 20
    assert max(distances) > 80


def test_own_pairs_are_read_from_tabs_and_from_json() -> None:
    text = (
        "The cat \twas\twere\r\n"
        "\n"
        '{"prefix": "x\\t", "right": "a", "wrong": "b", "distance": 3, "attractor": "one"}\n'
    )
    assert parse_pairs(text) == [
        Pair("The cat ", "was", "were", 8),
        Pair("x\t", "a", "b", 3, attractor="one"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "holds no pairs"),
        ("\n \n", "holds no pairs"),
        ("a\tb", "line 1: 3 parts are needed, not 2"),
        ("a\tb\tc\n\na\tb\tb", "line 3: the right and the wrong form are the same"),
        ("a\t\tc", "must not be empty"),
        ('{"prefix": "a"}', "must be texts"),
        ('{"prefix": "a", "right": 1, "wrong": "c"}', "must be texts"),
        ('{"prefix": "a", "right": "b", "wrong": "c", "x": 1}', "unknown x"),
        ('{"prefix": "a", "right": "b", "wrong": "c", "distance": -1}', "distance must be"),
        ('{"prefix": "a", "right": "b", "wrong": "c", "distance": true}', "distance must be"),
        ('{"prefix": "a", "right": "b", "wrong": "c", "attractor": 1}', "must be words"),
        ("{" * 9, "not an object of JSON"),
        ("a" * 10_001 + "\tb\tc", "more than 10,000 characters"),
    ],
)
def test_what_is_no_pair_is_refused(text: str, line: str) -> None:
    with pytest.raises(UserError, match=line):
        parse_pairs(text)
