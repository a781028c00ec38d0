"""Actions as symbols, and the grammar's reading as brackets."""

from __future__ import annotations

import random
import re

import pytest
from rich.cells import cell_len

from corpora.scan.grammar import ACTIONS, draw, interpret, pairs, parse
from tui.translate.brackets import draw_brackets, group_actions
from tui.translate.symbols import END, SYMBOLS, draw_legend, join_actions, join_groups, name_action


def test_every_action_has_a_symbol_of_one_cell() -> None:
    assert set(SYMBOLS) == set(ACTIONS)
    shown = [*SYMBOLS.values(), END]
    assert len(set(shown)) == len(shown)
    assert {cell_len(symbol) for symbol in shown} == {1}
    assert draw_legend() == "↰ left  ↱ right  J jump  W walk  R run  L look"
    assert name_action("I_TURN_LEFT") == "TURN_LEFT"


def test_names_that_scan_does_not_have_stand_apart_and_are_harmless() -> None:
    assert join_actions(["I_JUMP", "I_WALK"]) == "JW"
    assert join_actions(["I_JUMP", "[b]x\x1b[0m", "HOP", "I_WALK", "I_WALK"]) == (
        "J [b]x\N{REPLACEMENT CHARACTER}[0m HOP WW"
    )


@pytest.mark.long
def test_the_longest_command_fits_a_line() -> None:
    longest = max(
        (pair.command for pair in pairs()), key=lambda words: len(interpret(" ".join(words)))
    )
    groups = group_actions(parse(" ".join(longest)))
    assert sum(map(len, groups)) == 48
    assert len(join_groups(groups)) == 48 + len(groups) - 1 <= 56


@pytest.mark.parametrize(
    ("command", "brackets", "groups"),
    [
        ("jump", "[jump]", "J"),
        ("turn around left", "[turn around left]", "↰↰↰↰"),
        ("jump around left twice and walk", "[ [jump around left] twice ] and [walk]",
         "↰J↰J↰J↰J ↰J↰J↰J↰J W"),
        ("run after look opposite right thrice", "[run] after [ [look opposite right] thrice ]",
         "↱↱L ↱↱L ↱↱L R"),
        ("walk twice after walk", "[ [walk] twice ] after [walk]", "W W W"),
    ],
)  # fmt: skip
def test_a_reading(command: str, brackets: str, groups: str) -> None:
    tree = parse(command)
    assert draw_brackets(tree) == brackets
    assert join_groups(group_actions(tree)) == groups


@pytest.mark.parametrize("seed", range(60))
def test_brackets_hold_the_words_and_groups_the_actions(seed: int) -> None:
    command = draw(random.Random(seed))
    tree = parse(command)
    shown = draw_brackets(tree)
    assert re.sub(r"[\[\]]", " ", shown).split() == command.split()
    assert shown.count("[") == shown.count("]") >= 1
    assert tuple(action for group in group_actions(tree) for action in group) == interpret(command)
