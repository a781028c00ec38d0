"""The kinds of mistakes: each mistake has one, whatever the symbols are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_helpers import drawn

from corpora.scan.grammar import ACTIONS, Pair, interpret
from seq.scan.failures import (
    KINDS,
    MEANINGS,
    collapse,
    count_by_word,
    name_kind,
    sort_mistakes,
)
from seq.scan.metrics import Mistake

SEQUENCES = st.lists(st.sampled_from(ACTIONS), max_size=6).map(tuple)


@pytest.mark.parametrize(
    ("command", "said", "kind"),
    [
        ("jump thrice", "jump twice", "cut short"),
        ("jump twice", "jump thrice", "run over"),
        ("jump and walk", "jump after walk", "wrong order"),
        ("jump around right", "jump around left", "wrong turn"),
        ("jump twice and walk", "run twice and walk", "wrong verb"),
        ("jump left and run left", "jump right and walk left", "wrong verb"),
        ("walk thrice and jump", "walk twice and jump", "wrong count"),
        ("walk around left twice and walk", "walk around left and walk twice", "wrong count"),
        (
            "turn around left and run around right",
            "turn opposite left and run right",
            "wrong count",
        ),
        ("walk thrice and jump", "run twice and jump", "mixed"),
    ],
)
def test_to_do_what_another_command_says_is_a_mistake_of_a_kind(
    command: str, said: str, kind: str
) -> None:
    assert name_kind(interpret(command), interpret(said)) == kind


@drawn
@given(SEQUENCES, SEQUENCES)
def test_a_kind_is_what_it_says(wanted: tuple[str, ...], said: tuple[str, ...]) -> None:
    if wanted == said:
        return
    kind = name_kind(wanted, said)
    shorter, longer = sorted((wanted, said), key=len)
    assert (kind in ("cut short", "run over")) == (longer[: len(shorter)] == shorter)
    assert (len(said) > len(wanted)) or kind != "run over"
    assert (len(said) < len(wanted)) or kind != "cut short"
    if kind in ("wrong order", "wrong turn", "wrong verb"):
        assert len(said) == len(wanted)
    if kind == "wrong order":
        assert sorted(said) == sorted(wanted)
    if kind == "wrong turn":
        verbs = [
            [(place, a) for place, a in enumerate(one) if not a.startswith("I_TURN")]
            for one in (wanted, said)
        ]
        assert {place for place, _ in verbs[0]} <= {place for place, _ in verbs[1]}
    if kind == "wrong count":
        assert set(said) == set(wanted)
        assert said[0] == wanted[0]
        assert said[-1] == wanted[-1]


@drawn
@given(SEQUENCES, st.integers(2, 5), SEQUENCES, SEQUENCES)
def test_how_often_a_block_is_done_does_not_count(
    block: tuple[str, ...], times: int, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    left = collapse(before + block * times + after)
    assert collapse(left) == left
    assert collapse(block * times) == collapse(block)
    assert all(left[n : n + k] != left[n + k : n + 2 * k]
               for k in range(1, len(left)) for n in range(len(left) - 2 * k + 1))  # fmt: skip


@drawn
@given(st.lists(st.tuples(SEQUENCES, SEQUENCES).filter(lambda two: two[0] != two[1])))
def test_sorting_loses_no_mistake(pairs: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    mistakes = [Mistake(f"c{n}", " ".join(a), " ".join(b)) for n, (a, b) in enumerate(pairs)]
    found = sort_mistakes(mistakes)
    assert sorted((m for group in found.values() for m in group), key=str) == sorted(
        mistakes, key=str
    )
    sizes = [len(group) for group in found.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert all(sizes)


def test_words_are_ordered_by_the_share_that_is_wrong() -> None:
    said = ["jump", "jump twice", "walk", "walk twice", "run"]
    pairs = [Pair(tuple(command.split()), interpret(command)) for command in said]
    mistakes = [Mistake(command, "", "") for command in ("jump", "jump twice", "walk twice")]
    found = [(one.word, one.wrong, one.commands) for one in count_by_word(pairs, mistakes)]
    assert found == [("jump", 2, 2), ("twice", 2, 2), ("walk", 1, 2), ("run", 0, 1)]


def test_every_kind_has_its_meaning() -> None:
    assert set(MEANINGS) == set(KINDS)
