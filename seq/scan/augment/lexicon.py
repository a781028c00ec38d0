"""Which action a word brings: words and actions that never occur without each other."""

from __future__ import annotations

from collections.abc import Iterable

from corpora.scan.grammar import Words
from seq.scan.augment.known import Known


def align(known: Known) -> dict[str, str]:
    """Return the action of each word that brings one, by word.

    A word and an action belong together if no pair holds one of them without the other, and if that
    is true of no second word or action. So in SCAN `jump` brings I_JUMP, and `twice` brings
    nothing: every action occurs without it.

    Source: alignments by what a word is necessary and sufficient for, after Akyürek and Andreas
    (2021), "Lexicon learning for few-shot neural sequence modeling", arXiv 2106.03993.
    """
    words_at = _group_by_places(known)
    actions_at = _group_by_places(known.values())
    return {
        words[0]: actions_at[places][0]
        for places, words in words_at.items()
        if len(words) == 1 and len(actions_at.get(places, ())) == 1
    }


def _group_by_places(sequences: Iterable[Words]) -> dict[tuple[int, ...], list[str]]:
    """Return the symbols that are in exactly the same sequences, by the numbers of these."""
    places: dict[str, list[int]] = {}
    for number, sequence in enumerate(sequences):
        for symbol in dict.fromkeys(sequence):
            places.setdefault(symbol, []).append(number)
    groups: dict[tuple[int, ...], list[str]] = {}
    for symbol, numbers in places.items():
        groups.setdefault(tuple(numbers), []).append(symbol)
    return groups
