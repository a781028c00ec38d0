"""Rules of phrases: how many examples they need, and how few break them."""

from __future__ import annotations

import pytest
from nonsense import speak

from corpora.scan.splits import Split
from seq.scan.augment.known import collect
from seq.scan.augment.phrases import LEAST_EVIDENCE, find_rules
from seq.scan.augment.recombine import Surroundings, recombine

NAMES = [f"n{number}" for number in range(LEAST_EVIDENCE + 1)]


def doubled(names: list[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each name means a colour of its own, and with `bis` after it, twice that colour."""
    alone = {(name,): (name.upper(),) for name in names}
    return {**alone, **{(*name, "bis"): colour * 2 for name, colour in alone.items()}}


def found(known: dict[tuple[str, ...], tuple[str, ...]]) -> list[tuple[str, str, str, int]]:
    return [(rule.word, rule.side, rule.operation, rule.times) for rule in find_rules(known)]


def test_six_rules_of_scan_come_out(split: Split) -> None:
    assert sorted(found(collect(split.train))) == [
        ("after", "end", "front", 1),
        ("after", "start", "back", 1),
        ("and", "end", "back", 1),
        ("and", "start", "front", 1),
        ("thrice", "start", "repeat", 3),
        ("twice", "start", "repeat", 2),
    ]


def test_a_rule_needs_ten_phrases_predicted_from_another() -> None:
    assert found(doubled(NAMES)) == [("bis", "start", "repeat", 2)]
    assert found(doubled(NAMES[1:])) == []


@pytest.mark.parametrize("wrong", [("N3",), ("N3", "N4"), ("N3", "N3", "N3"), ()])
def test_one_pair_that_it_predicts_wrongly_breaks_a_rule(wrong: tuple[str, ...]) -> None:
    assert found({**doubled(NAMES), ("n3", "bis"): wrong}) == []


def test_a_rest_that_brings_other_actions_to_other_phrases_has_no_rule() -> None:
    alone = {(name,): (name.upper(),) for name in NAMES}
    odd = {
        (*name, "then"): (*colour, f"X{len(name[0])}{name[0][-1]}")
        for name, colour in alone.items()
    }
    assert found({**alone, **odd}) == []
    same = {(*name, "then"): (*colour, "X") for name, colour in alone.items()}
    assert found({**alone, **same}) == [("then", "start", "front", 1)]


def test_rules_make_what_is_missing_and_nothing_that_looks_unlike_what_is_known() -> None:
    known = doubled(NAMES)
    more = {**known, ("new",): ("NEW",)}
    assert recombine(more, find_rules(known)) == {}  # new and bis were never seen side by side
    seen = {**more, ("oh", "new", "bis"): ("OH",)}
    assert recombine(seen, find_rules(known)) == {("new", "bis"): ("NEW", "NEW")}


def test_surroundings_forbid_what_no_command_shows(split: Split) -> None:
    allowed = Surroundings(collect(split.train)).allow
    assert allowed(("walk",), ("and", "walk"))
    assert not allowed(("walk", "twice"), ("twice",))
    assert not allowed(("walk", "and", "walk"), ("and", "walk"))
    assert not allowed(("walk", "and", "walk"), ("after", "walk"))


def test_known_commands_allow_their_own_parts(split: Split) -> None:
    known = collect(split.train)
    allowed = Surroundings(known).allow
    assert all(allowed(c[:cut], c[cut:]) for c in list(known)[::7] for cut in range(1, len(c)))


@pytest.mark.long
def test_what_rules_disagree_on_is_not_made() -> None:
    """`ko` turns what is beside it round. Nothing says whether `se` or `ko` cuts first."""
    known = {pair.command: pair.actions for pair in speak() if len(pair.command) <= 4}
    rules = find_rules(known)
    nested = ("dax", "ko", "wif", "se", "lug")
    known[nested] = ("blue", "green", "red")
    other = ("wif", "ko", "wif", "se", "lug")
    one = recombine(known, [rule for rule in rules if rule.word == "ko"])
    two = recombine(known, [rule for rule in rules if rule.word == "se"])
    assert one[other] == ("blue", "green", "blue") != two[other]
    assert other not in recombine(known, rules)
