"""A command is checked, and its words completed, while it is typed."""

from __future__ import annotations

import asyncio

import pytest

from tui.translate.grammar import Check, NextWord, check_command


@pytest.mark.parametrize(
    ("typed", "whole", "follow"),
    [
        ("", False, "turn walk look run jump"),
        ("ju", False, "jump"),
        ("jump", True, "and after twice thrice opposite around left right"),
        ("JUMP", True, "and after twice thrice opposite around left right"),
        ("jump t", False, "twice thrice"),
        ("turn ", False, "opposite around left right"),
    ],
)
def test_the_beginning_of_a_command_can_continue(typed: str, whole: bool, follow: str) -> None:
    assert check_command(typed) == Check(whole, "", tuple(follow.split()))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("jump twice twice", "'twice' cannot stand here"),
        ("twice", "'twice' cannot stand here"),
        ("jump twize ", "'twize' is no word"),
    ],
)
def test_what_cannot_become_a_command_is_explained(typed: str, wrong: str) -> None:
    found = check_command(typed)
    assert wrong in found.wrong
    assert (found.whole, found.follow) == (False, ())


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("ju", "jump"), ("jump tw", "jump twice"), ("jump ", None), ("jump q", None), ("", None)],
)
def test_a_word_is_completed(typed: str, completed: str | None) -> None:
    assert asyncio.run(NextWord().get_suggestion(typed)) == completed
