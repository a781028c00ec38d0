"""What is made is right, made of training pairs alone, and only where there is a symmetry."""

from __future__ import annotations

import random

import pytest
from nonsense import mix

from corpora.scan.grammar import Pair, pairs
from corpora.scan.splits import SPLITS, Split, load
from seq.scan.augment import phrases, recombine, swaps
from seq.scan.augment.ideas import Ideas, explore
from seq.scan.augment.report import describe

pytestmark = pytest.mark.long

TRUTH = {pair.command: pair.actions for pair in pairs()}
"""The grammar checks what was made. Nothing that makes it may look there."""

EVERY: tuple[Ideas, ...] = ("swaps", "phrases", "both")


@pytest.mark.wide
@pytest.mark.parametrize("ideas", EVERY)
def test_what_is_made_is_a_command_with_its_actions_and_new(split: Split, ideas: Ideas) -> None:
    made = explore(split.train, ideas).made
    assert all(TRUTH.get(pair.command) == pair.actions for pair in made)
    commands = [pair.command for pair in made]
    assert len(set(commands)) == len(commands)
    assert not set(commands) & {pair.command for pair in split.train}


@pytest.mark.parametrize("split", ["length", "template_around_right"], indirect=True)
def test_both_ideas_make_every_test_command(split: Split) -> None:
    """With two verbs, those of `addprim_jump` never meet, so that nothing says that they may."""
    made = {pair.command for pair in explore(split.train, "both").made}
    assert {pair.command for pair in split.test} <= made


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SPLITS if name != "simple"])
def test_every_split_that_has_a_rule(name: str) -> None:
    whole = load(name)
    made = {pair.command: pair.actions for pair in explore(whole.train, "both").made}
    assert all(TRUTH.get(command) == actions for command, actions in made.items())
    assert {pair.command for pair in whole.test} <= made.keys()


@pytest.mark.wide
def test_a_limit_leaves_out_what_is_longer_and_nothing_else(split: Split) -> None:
    whole, short = explore(split.train, "both").made, explore(split.train, "both", 16).made
    assert set(short) == {pair for pair in whole if len(pair.actions) <= 16}


@pytest.mark.wide
@pytest.mark.parametrize("limit", ["MOST_TRIED", "MOST_ROUNDS", "MOST_MADE", "MOST_RULES"])
def test_bounds_make_less_and_nothing_else(
    split: Split, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are for pairs of any language, of which rules could make millions."""
    whole = set(explore(split.train, "both").made)
    bounds = {"MOST_TRIED": 2000, "MOST_ROUNDS": 1, "MOST_MADE": 20, "MOST_RULES": 2}
    for module in (swaps, phrases, recombine):
        if hasattr(module, limit):
            monkeypatch.setattr(module, limit, bounds[limit])
    assert set(explore(split.train, "both").made) <= whole


@pytest.mark.wide
def test_the_order_of_the_pairs_changes_nothing_that_is_made(split: Split) -> None:
    shuffled = list(split.train)
    random.Random(1).shuffle(shuffled)
    assert set(explore(shuffled, "both").made) == set(explore(split.train, "both").made)


@pytest.mark.wide
def test_repetitions_change_nothing(split: Split) -> None:
    assert explore((*split.train, *split.train[:50]), "both") == explore(split.train, "both")


def test_a_language_of_nonsense_is_understood_as_well(nonsense: Split) -> None:
    truth = {pair.command: pair.actions for pair in (*nonsense.train, *nonsense.test)}
    found = explore(nonsense.train, "both")
    assert all(truth.get(pair.command) == pair.actions for pair in found.made)
    assert {pair.command for pair in nonsense.test} == {pair.command for pair in found.made}
    assert describe(found)[0] == (
        "zup, dax, wif and lug stand for each other; they bring grey, red, blue and green"
    )
    said = {line.rpartition(" (")[0] for line in describe(found)[2:-1]}
    assert said == {
        "`ko` puts the actions of its right before those of its left",
        "`se` puts the actions of its right after those of its left",
        "`pim` lets the actions of its right be done 4 times",
        "`tuf` lets the actions of its right be done 5 times",
    }


@pytest.mark.parametrize("ideas", EVERY)
def test_pairs_without_symmetries_make_nothing(ideas: Ideas, nonsense: Split) -> None:
    found = explore(mix(nonsense.train), ideas)
    assert found.made == ()
    assert describe(found) == []


def test_plain_makes_nothing_of_anything(split: Split) -> None:
    assert explore(split.train, "plain").made == ()


@pytest.mark.parametrize("ideas", EVERY)
def test_no_pairs_and_odd_ones_make_nothing(ideas: Ideas) -> None:
    for odd in (
        [],
        [Pair(("a",), ())],
        [Pair(("a",), ("A",)), Pair(("a",), ("B",))],
        [Pair((), ())],
    ):
        assert explore(odd, ideas).made == ()
