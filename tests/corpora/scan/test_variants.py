"""Variants of the template splits: some commands, or some verbs, of the template are shown."""

from __future__ import annotations

from functools import cache

import pytest

from corpora.errors import UserError
from corpora.scan import splits
from corpora.scan.grammar import Pair, contains
from corpora.scan.variants import FILLERS, TESTED, find_fillers, read_variant

PRIMITIVES = {*FILLERS, TESTED}


@cache
def loaded(name: str) -> splits.Split:
    """The split; variants are made of a split that is made once."""
    variant = read_variant(name)
    if variant is None:
        return splits.load(name)
    base = loaded(variant.base)
    return splits.Split(name, *variant.divide(base.train, base.test), official=False)


def count_filled(pairs: tuple[Pair, ...], template: str) -> int:
    words = tuple(template.split())
    return sum(bool(find_fillers(pair.command, words) & PRIMITIVES) for pair in pairs)


@pytest.mark.parametrize(
    ("name", "template", "count"),
    [
        ("around_right_few_1", "around right", 1),
        ("around_right_few_32", "around right", 32),
        ("right_few_8", "right", 8),
    ],
)
def test_few_shot_shows_exactly_that_many_commands(name: str, template: str, count: int) -> None:
    base, found = loaded(f"template_{template.replace(' ', '_')}"), loaded(name)
    assert found.train[: len(base.train)] == base.train
    assert count_filled(found.train[len(base.train) :], template) == count
    if count == 1:
        assert count_filled(base.train, template) == 0
    assert not set(found.train) & set(found.test)
    assert set(found.train) | set(found.test) == set(base.train) | set(base.test)
    assert len(found.train) + len(found.test) == len(base.train) + len(base.test)


def test_a_few_shot_draw_follows_from_its_name() -> None:
    base = set(loaded("template_jump_around_right").train)

    def shown(name: str) -> set[Pair]:
        return set(loaded(f"jump_around_right_few_{name}").train) - base

    assert all(contains(pair.command, ("jump", "around", "right")) for pair in shown("2"))
    assert shown("2") < shown("4")  # more are the same ones, and others
    assert shown("4") == shown("4_draw_1") != shown("4_draw_2")
    found = splits.load("jump_around_right_few_4")
    assert found == loaded("jump_around_right_few_4")
    assert found.name == "jump_around_right_few_4"
    assert not found.official


@pytest.mark.parametrize("template", ["around right", "opposite right", "right"])
def test_fillers_are_shown_with_their_verbs_and_tested_with_jump(template: str) -> None:
    name, words = template.replace(" ", "_"), tuple(template.split())
    base = loaded(f"template_{name}")
    found = [loaded(f"{name}_fillers_{count}") for count in range(4)]
    assert found[0].train == base.train
    for count, split in enumerate(found):
        assert split.test == found[0].test
        assert not set(split.train) & set(split.test)
        moved = split.train[len(base.train) :]
        assert split.train[: len(base.train)] == base.train
        assert set(moved) <= set(base.test)
        fillers = {word for pair in moved for word in find_fillers(pair.command, words)}
        assert fillers & PRIMITIVES == set(FILLERS[:count])
        assert all(TESTED in find_fillers(pair.command, words) for pair in split.test)
    # With all other verbs nothing is left out.
    assert len(found[3].train) + len(found[3].test) == len(base.train) + len(base.test)


def test_all_fillers_of_around_right_are_the_split_without_jump() -> None:
    known, found = loaded("template_jump_around_right"), loaded("around_right_fillers_3")
    assert set(found.train) == set(known.train)
    assert set(found.test) == set(known.test)


@pytest.mark.parametrize(
    "name",
    [
        "around_right_few_0",
        "around_right_few_04",
        "around_right_few_-1",
        "around_left_few_4",
        "around_right_fillers_4",
        "jump_around_right_fillers_1",
        "around_right_fillers_2_draw_2",
        "around_right_few",
        "around_right_few_4_draw_0",
        "template_around_right_few_4",
        "around_right_few_4\n",
    ],
)
def test_other_names_are_no_splits(name: str) -> None:
    assert read_variant(name) is None
    assert not splits.is_split(name)
    with pytest.raises(UserError, match="variants such as around_right_few_4"):
        splits.load(name)


def test_at_least_one_command_is_left_to_test() -> None:
    with pytest.raises(UserError, match="is in 1,173 commands, so at most 1,172 can be trained"):
        loaded("jump_around_right_few_1173")
    assert len(loaded("jump_around_right_few_1172").test) == 1
