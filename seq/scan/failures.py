"""What is wrong with wrong translations: kinds of mistakes, and the words where they are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from corpora.scan.grammar import LEFT, RIGHT, Pair, Words
from seq.scan.metrics import Mistake

Kind = Literal[
    "cut short", "run over", "wrong count", "wrong order", "wrong turn", "wrong verb", "mixed"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

MEANINGS: dict[Kind, str] = {
    "cut short": "it stops before the end, and all is right until then",
    "run over": "it is right, and goes on where it should stop",
    "wrong count": "what should be done, in that order, but some of it too often or too seldom",
    "wrong order": "the right actions, each as often as it should be, in another order",
    "wrong turn": "as many actions as there should be, but some turns are others",
    "wrong verb": "as many actions as there should be, but some are others",
    "mixed": "more than one of these",
}
"""What each kind means."""


@dataclass(frozen=True)
class WordFailures:
    """How often commands with a word are translated wrongly."""

    word: str
    """The word."""
    commands: int
    """Number of test commands with it."""
    wrong: int
    """Number of these that are wrong."""


def name_kind(wanted: Words, said: Words) -> Kind:
    """Return what kind of mistake it is to say one sequence of actions for another one.

    Args:
        wanted: the correct actions.
        said: others.
    """
    if said == wanted[: len(said)]:
        return "cut short"
    if wanted == said[: len(wanted)]:
        return "run over"
    if collapse(said) == collapse(wanted):
        return "wrong count"
    if Counter(said) == Counter(wanted):
        return "wrong order"
    if len(said) == len(wanted):
        missed = {action for action, other in zip(wanted, said, strict=True) if action != other}
        return "wrong turn" if missed <= {LEFT, RIGHT} else "wrong verb"
    return "mixed"


def collapse(actions: Words) -> Words:
    """Return actions without repetitions: a block that is repeated, of any size, is left once."""
    before: Words = ()
    while actions != before:
        before = actions
        for size in range(1, len(actions) // 2 + 1):
            kept: list[str] = []
            for action in actions:
                kept.append(action)
                if kept[-size:] == kept[-2 * size : -size]:
                    del kept[-size:]
            actions = tuple(kept)
    return actions


def sort_mistakes(mistakes: Iterable[Mistake]) -> dict[Kind, list[Mistake]]:
    """Return the mistakes of each kind, the most frequent kind first."""
    found: dict[Kind, list[Mistake]] = {}
    for mistake in mistakes:
        kind = name_kind(tuple(mistake.wanted.split()), tuple(mistake.said.split()))
        found.setdefault(kind, []).append(mistake)
    order = sorted(found, key=lambda kind: (-len(found[kind]), KINDS.index(kind)))
    return {kind: found[kind] for kind in order}


def count_by_word(pairs: Sequence[Pair], mistakes: Iterable[Mistake]) -> list[WordFailures]:
    """Return how often commands with each word are wrong, the word that fails most first."""
    every = Counter(word for pair in pairs for word in set(pair.command))
    wrong = Counter(word for mistake in mistakes for word in set(mistake.command.split()))
    words = [WordFailures(word, count, wrong[word]) for word, count in every.items()]
    return sorted(words, key=lambda one: (-one.wrong / one.commands, one.word))
