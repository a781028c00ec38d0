"""What was found, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seq.scan.augment.ideas import Findings
from seq.scan.augment.phrases import PhraseRule

_ORDERS = {("front", "back"): "after", ("back", "front"): "before"}
"""Where the actions of a word's right come, by the operations of the phrase before it (the start of
the command) and after it (the end)."""


def describe(found: Findings) -> list[str]:
    """Return what was found in sentences, one a line; an empty list if nothing was."""
    lines = [
        f"{list_words(group)} stand for each other; they bring "
        f"{list_words([found.lexicon[word] for word in group])}"
        for group in found.types
    ]
    return [*lines, *_describe_rules(found.rules)]


def list_words(words: Sequence[str]) -> str:
    """Return words as they are listed in a sentence: `walk, run and jump`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _describe_rules(rules: Sequence[PhraseRule]) -> Iterator[str]:
    by_word: dict[str, dict[str, PhraseRule]] = {}
    for rule in rules:
        by_word.setdefault(rule.word, {})[rule.side] = rule
    for word, sides in by_word.items():
        operations = tuple(sides[side].operation for side in ("start", "end") if side in sides)
        evidence = sum(rule.evidence for rule in sides.values())
        if operations in _ORDERS:
            said = f"puts the actions of its right {_ORDERS[operations]} those of its left"
        else:
            said = " and ".join(map(_describe_operation, sides.values()))
        yield f"`{word}` {said} ({evidence:,} pairs predicted)"
    looser = dict.fromkeys(frozenset(rule.looser) for rule in rules if rule.looser)
    for words in looser:
        tighter = list(dict.fromkeys(rule.word for rule in rules if rule.looser == words))
        ordered = [word for word in by_word if word in words]
        bind = "bind" if len(tighter) > 1 else "binds"
        yield f"{list_words(tighter)} {bind} more tightly than {list_words(ordered)}"


def _describe_operation(rule: PhraseRule) -> str:
    where = "left" if rule.side == "start" else "right"
    if rule.operation == "repeat":
        return f"lets the actions of its {where} be done {_count(rule.times)}"
    place = "first" if rule.operation == "front" else "last"
    return f"puts the actions of its {where} {place}"


def _count(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{times} times")
