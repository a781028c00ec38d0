"""A language of nonsense with the kinds of symmetry that SCAN has, but nothing else of it.

What modifies stands before what it modifies, directions come before verbs, one word between two
phrases turns them round and another does not, and things are done four or five times.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from corpora.scan.grammar import Pair
from corpora.scan.splits import Split

VERBS = {"dax": "red", "wif": "blue", "lug": "green", "zup": "grey"}
DIRECTIONS = {"mo": "up", "nu": "down"}
TIMES = {"pim": 4, "tuf": 5}

Spoken = dict[tuple[str, ...], tuple[str, ...]]


def speak() -> list[Pair]:
    """All that can be said, with what it means."""
    verbs: Spoken = {(verb,): (color,) for verb, color in VERBS.items()}
    turned: Spoken = {
        (way, *verb): (*color, side)
        for way, side in DIRECTIONS.items()
        for verb, color in verbs.items()
    }
    simple = {**verbs, **turned}
    often: Spoken = {
        (how, *said): meant * times
        for how, times in TIMES.items()
        for said, meant in simple.items()
    }
    phrases = {**simple, **often}
    joined: Spoken = {}
    for left, first in phrases.items():
        for right, second in phrases.items():
            joined[(*left, "ko", *right)] = second + first
            joined[(*left, "se", *right)] = first + second
    return [Pair(said, meant) for said, meant in {**phrases, **joined}.items()]


def split() -> Split:
    """One verb is trained on by itself alone, and no long utterance is trained on."""
    every = speak()
    lone = [pair for pair in every if pair.command == ("zup",)]
    easy = [pair for pair in every if "zup" not in pair.command and len(pair.actions) <= 12]
    seen = {pair.command for pair in (*lone, *easy)}
    return Split("nonsense", (*lone, *easy), tuple(p for p in every if p.command not in seen))


def mix(pairs: Iterable[Pair]) -> list[Pair]:
    """The same commands, but what each of them means is drawn by lot: nothing is like another."""
    pairs = [*pairs]
    drawn = [pair.actions for pair in pairs]
    random.Random(1).shuffle(drawn)
    return [Pair(pair.command, actions) for pair, actions in zip(pairs, drawn, strict=True)]
