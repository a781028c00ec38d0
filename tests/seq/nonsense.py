"""A language of nonsense with the kinds of symmetry that SCAN has, but nothing else of it.

What modifies stands before what it modifies, directions come before verbs, one word between two
phrases turns them round and another does not, and things are done four or five times.
"""

from __future__ import annotations

from corpora.scan.grammar import Pair

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
