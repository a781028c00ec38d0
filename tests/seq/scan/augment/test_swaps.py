"""Which action a word brings, which words stand for each other, and what exchanging them makes."""

from __future__ import annotations

from corpora.scan.grammar import Pair
from corpora.scan.splits import Split
from seq.scan.augment.known import collect
from seq.scan.augment.lexicon import align
from seq.scan.augment.swaps import Exchanges, find_types, swap


def known(*lines: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Pairs written as `a b: A B`."""
    return collect(
        Pair(tuple(c.split()), tuple(a.split())) for c, a in (x.split(":") for x in lines)
    )


def exchanges(*lines: str) -> Exchanges:
    return Exchanges(known(*lines), align(known(*lines)))


def test_a_word_brings_what_never_occurs_without_it() -> None:
    assert align(known("a: A", "b: B", "a very: A A", "b very: B B")) == {"a": "A", "b": "B"}


def test_where_two_words_or_two_actions_come_together_none_is_known() -> None:
    assert align(known("give up: A", "b: B")) == {"b": "B"}
    assert align(known("a: A C", "b: B")) == {"b": "B"}


def test_an_action_that_occurs_elsewhere_belongs_to_no_word() -> None:
    assert align(known("a: A", "b: B", "c b: A B")) == {"b": "B"}


def test_an_exchange_made_twice_gives_the_pair_back(split: Split) -> None:
    pairs = collect(split.train)
    there = Exchanges(pairs, align(pairs))
    once = {new.command: new.actions for new in there.exchange("left", "right")}
    again = Exchanges(once, there.lexicon).exchange("left", "right")
    touched = {c: a for c, a in pairs.items() if {"left", "right"} & set(c)}
    assert {new.command: new.actions for new in again} == touched


def test_words_that_share_a_gap_stand_for_each_other_and_fill_each_others_gaps() -> None:
    found = exchanges("a: A", "b: B", "a very: A A", "c x: C")
    assert find_types(found) == [("a", "b")]
    assert swap(found, find_types(found)) == {("b", "very"): ("B", "B")}


def test_words_that_share_no_gap_do_not() -> None:
    found = exchanges("a: A", "so b: B", "a very: A A")
    assert set(found.lexicon) >= {"a"}
    assert find_types(found) == []


def test_one_pair_that_contradicts_an_exchange_forbids_it() -> None:
    lines = ("a: A", "b: B", "a very: A A", "b very: B B", "a now: X A")
    assert find_types(exchanges(*lines)) == [("a", "b")]
    assert find_types(exchanges(*lines, "b now: B Y")) == []


def test_what_two_exchanges_disagree_on_is_not_made() -> None:
    # b x is made from a x and from c x, with other orders of the actions.
    found = exchanges("a: A", "b: B", "c: C", "a x: A Y", "c z: C", "d x y: Y")
    made = swap(found, [("a", "b"), ("c", "b")])
    assert made[("b", "x")] == ("B", "Y")
    torn = exchanges("a: A", "b: B", "c: C", "a x: A Y", "c x: Y C", "d x y: Y")
    assert ("b", "x") not in swap(torn, [("a", "b"), ("c", "b")])
