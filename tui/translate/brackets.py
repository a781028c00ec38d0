"""How the grammar reads a command, shown as brackets. This module uses no screen."""

from __future__ import annotations

from itertools import permutations

from corpora.scan.grammar import Phrase, Words

SENTENCE, CLAUSE, VERB = "C", "S", "V"
"""Symbols of the grammar: all of a command; one of the two that it joins; what is repeated."""


def draw_brackets(phrase: Phrase) -> str:
    """Return the words of a phrase, with brackets around what belongs together.

    A verb with its direction stands in tight brackets, and what is done more than once in wide
    ones: "[ [jump around left] twice ] and [walk]".
    """
    inside = " ".join(
        part if isinstance(part, str) else draw_brackets(part) for part in phrase.parts
    )
    if phrase.symbol == VERB:
        return f"[{inside}]"
    repeated = phrase.symbol == CLAUSE and len(phrase.parts) > 1
    return f"[ {inside} ]" if repeated else inside


def group_actions(phrase: Phrase) -> list[Words]:
    """Return the actions of a command in the order in which they are done, a group for each time.

    "jump left twice and walk" gives three groups: a turn and a jump, the same again, and a walk.
    """
    inner = [part for part in phrase.parts if isinstance(part, Phrase)]
    if phrase.symbol == CLAUSE:
        (verb,) = inner
        return [verb.actions] * (len(phrase.actions) // len(verb.actions))
    # "a after b" does b first: the tree says what the whole means, not in which order.
    order = next(
        order
        for order in permutations(inner)
        if phrase.actions == tuple(action for part in order for action in part.actions)
    )
    return [group for part in order for group in group_actions(part)]
