"""New pairs by rules of phrases: known phrases in known surroundings, until nothing new comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise, product

from corpora.scan.grammar import Words
from seq.scan.augment.known import Known
from seq.scan.augment.phrases import PhraseRule, cut, is_phrase

MOST_TRIED = 1_000_000
"""Most combinations of a phrase and a rest that are tried. It bounds the time; SCAN takes some
180,000."""
MOST_ROUNDS = 6
"""Most times that what was made is used to make more. SCAN takes four."""


class Surroundings:
    """What commands look like: which words stand side by side, meet, and how often they occur.

    Args:
        known: pairs whose commands are taken for examples.
    """

    def __init__(self, known: Known) -> None:
        self._beside: set[tuple[str, str]] = set()
        self._met: set[tuple[str, str]] = set()
        self._most: dict[str, int] = {}
        for command in known:
            self._beside.update(pairwise(command))
            times = Counter(command)
            self._met.update(product(times, times))
            for word, count in times.items():
                self._most[word] = max(count, self._most.get(word, 0))

    def allow(self, first: Words, second: Words) -> bool:
        """Return whether two parts of commands may make one.

        The words at the seam have been seen side by side, every two words have met in a command,
        and no word occurs more often than in any command.
        """
        if (first[-1], second[0]) not in self._beside:
            return False
        if not all(pair in self._met for pair in product(first, second)):
            return False
        times = Counter(first + second)
        return all(count <= self._most[word] for word, count in times.items())


class Seam:
    """A rule, with the rests and the phrases that it has put together so far.

    Args:
        rule: the rule.
        surroundings: says which parts may make a command.
    """

    def __init__(self, rule: PhraseRule, surroundings: Surroundings) -> None:
        self.rule, self.surroundings = rule, surroundings
        self._residues: dict[Words, Words] = {}
        self._phrases: dict[Words, Words] = {}

    def join(self, known: Known, residues: Known) -> Iterator[tuple[Words, Words] | None]:
        """Yield a pair, or None, for each phrase and rest that were not put together before.

        Args:
            known: actions by command; the short ones are phrases.
            residues: what the rests of commands bring, by rest.
        """
        old, self._residues = self._residues, {**residues, **self._residues}
        later = {rest: self._residues[rest] for rest in residues if rest not in old}
        before, self._phrases = (
            self._phrases,
            {
                phrase: actions
                for phrase, actions in known.items()
                if is_phrase(phrase) and self.rule.looser.isdisjoint(phrase)
            },
        )
        fresh = {phrase: self._phrases[phrase] for phrase in self._phrases if phrase not in before}
        for (rest, residue), (phrase, actions) in chain(
            product(later.items(), self._phrases.items()), product(old.items(), fresh.items())
        ):
            parts = (phrase, rest) if self.rule.side == "start" else (rest, phrase)
            allowed = self.surroundings.allow(*parts)
            yield (parts[0] + parts[1], self.rule.combine(actions, residue)) if allowed else None


def recombine(known: Known, rules: Sequence[PhraseRule], longest: int = 0) -> dict[Words, Words]:
    """Return the pairs that rules make of `known`, actions by command, without those of `known`.

    What is made is used to make more. A command of which two rules, or two ways to use one,
    disagree is not made.

    Args:
        known: actions by command.
        rules: those that `find_rules` found.
        longest: most actions of a pair that is made; 0 for no limit.
    """
    surroundings = Surroundings(known)
    seams = [Seam(rule, surroundings) for rule in rules]
    every, disputed = dict(known), set[Words]()
    tried, size = 0, 0
    for _ in range(MOST_ROUNDS):
        if len(every) == size:
            break
        size = len(every)
        for joined in islice(_join_all(seams, every), MOST_TRIED - tried):
            tried += 1
            if joined is None or (longest and len(joined[1]) > longest):
                continue
            command, actions = joined
            if every.setdefault(command, actions) != actions:
                disputed.add(command)
    out = known.keys() | disputed
    return {command: actions for command, actions in every.items() if command not in out}


def _join_all(seams: Sequence[Seam], every: Known) -> Iterator[tuple[Words, Words] | None]:
    """Yield what each seam makes of the commands that are known now."""
    now = dict(every)
    residues: dict[PhraseRule, dict[Words, Words]] = {seam.rule: {} for seam in seams}
    by_place: dict[tuple[str, str], list[PhraseRule]] = {}
    for rule in residues:
        by_place.setdefault((rule.side, rule.word), []).append(rule)
    for command, actions in now.items():
        for side, word, phrase, rest in cut(command, now):
            for rule in by_place.get((side, word), ()):
                if rule.looser.isdisjoint(command):
                    residue = rule.find_residue(now[phrase], actions)
                    if residue is not None:
                        residues[rule].setdefault(rest, residue)
    for seam in seams:
        yield from seam.join(now, residues[seam.rule])
