"""Rules of phrases: how the actions of a phrase come into those of a command that holds it.

A phrase is a short command at the start or the end of a longer one: `walk left` in `walk left and
jump`. The word beside it, `and`, may have a rule: the actions of the whole begin with those of the
phrase, or end with them, or repeat them.

The rules generalise the exchange of fragments that share a context: Andreas (2020), "Good-enough
compositional data augmentation", arXiv 1904.09545, exchanges words or phrases on both sides; here
the actions of the rest are computed, and a rule that predicts one pair wrongly is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from corpora.scan.grammar import Words
from seq.scan.augment.known import Known

Side = Literal["start", "end"]
Operation = Literal["repeat", "front", "back"]

LONGEST_PHRASE = 4
"""Most words of a phrase."""
LEAST_EVIDENCE = 10
"""Fewest other phrases, in the same place of one command, whose actions a rule must predict."""
MOST_RULES = 40
"""Most rules that are kept, those with the most evidence. Where each word has one, as in a language
whose actions are its words, a few make as many pairs as all."""


@dataclass(frozen=True)
class PhraseRule:
    """What a word does with the actions of the phrase beside it."""

    side: Side
    """Where in a command the phrase stands."""
    word: str
    """The word beside it."""
    operation: Operation
    """What the actions of the whole are: those of the phrase repeated; those of the phrase and,
    after them, those that the rest brings (front); or both the other way round (back)."""
    times: int
    """How often a repetition repeats; 1 for the others."""
    looser: frozenset[str]
    """Words with rules that bind less tightly. The rule is one of commands without them: in `walk
    and jump twice`, `and` cuts the command before `twice` repeats anything."""
    evidence: int
    """Number of pairs that it predicts from another pair."""

    def find_residue(self, phrase: Words, whole: Words) -> Words | None:
        """Return the actions that the rest brings to those of `phrase`; None if the rule is broken.

        Args:
            phrase: actions of the phrase.
            whole: actions of the command.
        """
        return find_residue(self.operation, self.times, phrase, whole)

    def combine(self, phrase: Words, residue: Words) -> Words:
        """Return the actions of the whole from those of the phrase and those of the rest."""
        if self.operation == "back":
            return residue + phrase
        return phrase * self.times + residue


def is_phrase(command: Words) -> bool:
    """Return whether a command is short enough for a phrase of another one."""
    return len(command) <= LONGEST_PHRASE


def cut(command: Words, known: Known) -> Iterator[tuple[Side, str, Words, Words]]:
    """Yield every phrase of a command: its side, the word beside it, the phrase, and the rest."""
    for size in range(1, min(LONGEST_PHRASE, len(command) - 1) + 1):
        if (phrase := command[:size]) in known:
            yield "start", command[size], phrase, command[size:]
        if (phrase := command[-size:]) in known:
            yield "end", command[-size - 1], phrase, command[:-size]


def find_residue(operation: Operation, times: int, phrase: Words, whole: Words) -> Words | None:
    """Return what is left of `whole` without the actions of the phrase; None if it has others."""
    size = len(phrase) * times
    if operation == "back":
        return whole[: len(whole) - size] if whole[len(whole) - size :] == phrase else None
    begins = whole[:size] == phrase * times
    if not begins or (operation == "repeat" and len(whole) != size):
        return None
    return whole[size:]


Fillers = list[tuple[Words, Words]]
"""Actions of phrases in the same place of the same command, and actions of the whole."""


def find_rules(known: Known) -> list[PhraseRule]:
    """Return the rules that no pair of `known` breaks, those that bind least tightly first.

    A rule is looked for by side and by word. It must hold for every phrase of every command there,
    the rest must bring the same actions whatever the phrase, and in one command at least
    `LEAST_EVIDENCE` phrases must have been predicted from another one. Then the commands with the
    words of these rules are put aside, and the search begins again among those that are left.
    """
    found: list[PhraseRule] = []
    while True:
        looser = frozenset(rule.word for rule in found)
        left = {words: actions for words, actions in known.items() if looser.isdisjoint(words)}
        new = [
            rule
            for (side, word), rests in _collect(left).items()
            if (rule := _find_rule(side, word, rests, looser)) is not None
        ]
        new.sort(key=lambda rule: -rule.evidence)  # stable: among equals, the first one found
        new = new[: MOST_RULES - len(found)]
        if not new:
            return found
        found += new


def _collect(known: Known) -> dict[tuple[Side, str], dict[Words, Fillers]]:
    """Return the fillers of the same place of the same command, by side, word and rest."""
    places: dict[tuple[Side, str], dict[Words, Fillers]] = {}
    for command, actions in known.items():
        for side, word, phrase, rest in cut(command, known):
            rests = places.setdefault((side, word), {})
            rests.setdefault(rest, []).append((known[phrase], actions))
    return places


def _find_rule(
    side: Side, word: str, rests: Mapping[Words, Fillers], looser: frozenset[str]
) -> PhraseRule | None:
    """Return the rule of a word for the phrases on one side of it, or None."""
    if max(map(len, rests.values())) <= LEAST_EVIDENCE:
        return None
    evidence = sum(len(fillers) - 1 for fillers in rests.values())
    first = next(iter(rests.values()))[0]
    times = len(first[1]) // len(first[0]) if first[0] else 0
    if times and set(rests) == {(word,)} and _holds("repeat", times, rests):
        return PhraseRule(side, word, "repeat", times, looser, evidence)
    operations: tuple[Operation, ...] = ("front", "back")
    for operation in operations:
        if _holds(operation, 1, rests):
            return PhraseRule(side, word, operation, 1, looser, evidence)
    return None


def _holds(operation: Operation, times: int, rests: Mapping[Words, Fillers]) -> bool:
    """Return whether an operation explains all fillers, with one residue for each rest."""
    for fillers in rests.values():
        residues = {find_residue(operation, times, *filler) for filler in fillers}
        if None in residues or len(residues) > 1:
            return False
    return True
