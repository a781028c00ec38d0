"""The grammar of SCAN: its commands, their actions, and the messages about other words."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.scan.grammar import (
    ACTIONS,
    WORDS,
    NotACommand,
    Pair,
    Phrase,
    continuations,
    draw,
    interpret,
    pairs,
    parse,
)

EVERY = list(pairs())
COMMANDS = {" ".join(pair.command): pair.actions for pair in EVERY}
BEGINNINGS = {" ".join(pair.command[:size]) for pair in EVERY for size in range(9)}

few = settings(derandomize=True, deadline=None, max_examples=200)


def test_the_grammar_makes_the_official_pairs(
    official_files: Path, read_pairs: Callable[[Path], list[Pair]]
) -> None:
    assert set(EVERY) == set(read_pairs(official_files / "tasks.txt"))


def test_the_grammar_makes_each_of_its_commands_once() -> None:
    assert len(EVERY) == len(COMMANDS) == 20_910
    assert max(len(pair.command) for pair in EVERY) == 9
    assert max(len(pair.actions) for pair in EVERY) == 48
    assert {word for pair in EVERY for word in pair.command} == set(WORDS)
    assert {action for pair in EVERY for action in pair.actions} == set(ACTIONS)


@pytest.mark.parametrize(
    ("command", "actions"),
    [
        ("jump", "JUMP"),
        ("jump left", "LEFT JUMP"),
        ("turn opposite right", "RIGHT RIGHT"),
        ("jump around right", "RIGHT JUMP RIGHT JUMP RIGHT JUMP RIGHT JUMP"),
        ("turn around left", "LEFT LEFT LEFT LEFT"),
        ("turn left twice", "LEFT LEFT"),
        ("jump opposite left and walk thrice", "LEFT LEFT JUMP WALK WALK WALK"),
        ("run after look right twice", "RIGHT LOOK RIGHT LOOK RUN"),
    ],
)
def test_what_commands_ask_for(command: str, actions: str) -> None:
    named = {"LEFT": "I_TURN_LEFT", "RIGHT": "I_TURN_RIGHT"}
    assert interpret(command) == tuple(named.get(a, f"I_{a}") for a in actions.split())


@few
@given(st.sampled_from(EVERY))
def test_reading_is_the_reverse_of_making(pair: Pair) -> None:
    assert interpret(" ".join(pair.command)) == pair.actions


def read_off(phrase: Phrase) -> Iterator[str]:
    """The words of a tree, from left to right."""
    for part in phrase.parts:
        yield from (part,) if isinstance(part, str) else read_off(part)


@few
@given(st.sampled_from(EVERY))
def test_a_tree_holds_the_words_in_order_and_means_the_actions(pair: Pair) -> None:
    tree = parse(" ".join(pair.command))
    assert tuple(read_off(tree)) == pair.command
    assert (tree.symbol, tree.actions) == ("C", pair.actions)


def test_a_tree_shows_what_belongs_together() -> None:
    (first, after, second) = parse("walk after jump left twice").parts
    assert after == "after"
    assert isinstance(first, Phrase)
    assert isinstance(second, Phrase)
    assert (first.symbol, first.actions) == ("S", ("I_WALK",))
    assert [part if isinstance(part, str) else part.symbol for part in second.parts] == [
        "V",
        "twice",
    ]
    assert second.actions == ("I_TURN_LEFT", "I_JUMP") * 2


def test_what_is_drawn_is_a_command_short_or_long() -> None:
    drawn = [draw(random.Random(seed)) for seed in range(400)]
    assert set(drawn) <= set(COMMANDS)
    assert drawn[:3] == [draw(random.Random(seed)) for seed in range(3)]
    lengths = Counter(len(command.split()) for command in drawn)
    assert set(lengths) == set(range(1, 10))
    assert len(set(drawn)) > 250


@few
@given(st.sampled_from(sorted(BEGINNINGS)))
def test_what_can_follow_is_what_does_follow_in_some_command(beginning: str) -> None:
    words, whole = continuations(beginning)
    assert set(words) == {word for word in WORDS if f"{beginning} {word}".strip() in BEGINNINGS} | {
        word for word in WORDS if f"{beginning} {word}" in COMMANDS
    }
    assert whole == (beginning in COMMANDS)


@few
@given(st.lists(st.sampled_from([*WORDS, "jmp", "Walk", "é"]), max_size=10).map(" ".join))
def test_any_words_are_a_command_or_break_where_it_is_said(said: str) -> None:
    if said in COMMANDS:
        assert interpret(said) == COMMANDS[said]
        return
    with pytest.raises(NotACommand) as caught:
        interpret(said)
    words, position = said.split(), caught.value.position
    before = " ".join(words[:position])
    assert before in BEGINNINGS | {*COMMANDS}
    assert set(caught.value.expected) == set(continuations(before)[0])
    if position < len(words):
        assert words[position] not in caught.value.expected
        assert repr(words[position]) in str(caught.value)
    else:
        assert before not in COMMANDS


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("", "an empty command: word 1 can be turn, walk, look, run or jump"),
        ("turn", "not complete: word 2, after 'turn', can be opposite, around, left"),
        ("jump twise", "'twise' is no word of SCAN (did you mean twice?): word 2, after 'jump',"),
        ("jump twice thrice", "'thrice' cannot stand here: word 3, after 'twice', can be and, "
         "after or the end"),
        ("run and walk thrice look", "word 5, after 'thrice', can be the end"),
    ],
)  # fmt: skip
def test_what_is_said_of_what_is_no_command(said: str, line: str) -> None:
    with pytest.raises(NotACommand) as caught:
        interpret(said)
    assert line in str(caught.value)


def test_no_command_begins_with_what_breaks() -> None:
    with pytest.raises(NotACommand, match="'twice' cannot stand here"):
        continuations("walk twice twice and")
