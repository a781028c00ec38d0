"""Swaps: words that stand for each other are exchanged, and so are their actions.

Source: Akyürek and Andreas (2023), "LexSym: compositionality as lexical symmetry", arXiv
2201.12926. A word's action comes from `seq.scan.augment.lexicon`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from corpora.scan.grammar import Pair, Words
from seq.scan.augment.known import Known

Type = tuple[str, ...]
"""Words any two of which stand for each other."""

MOST_WORDS = 30
"""Most words that are compared, those in the most commands. It bounds the time: every two words are
exchanged in every command that has one of them."""
MOST_MADE = 60_000
"""Most pairs that are made, three for each of 20,000: those of the words that come first."""


class Exchanges:
    """Exchanges of two words, and of their actions, in the pairs that hold them.

    Args:
        known: actions by command.
        lexicon: action of each word that brings one.
    """

    def __init__(self, known: Known, lexicon: Mapping[str, str]) -> None:
        self.known = known
        self._commands: dict[str, list[Words]] = {word: [] for word in lexicon}
        for command in known:
            for word in dict.fromkeys(command):
                if word in lexicon:
                    self._commands[word].append(command)
        often = sorted(lexicon, key=lambda word: -len(self._commands[word]))[:MOST_WORDS]
        self.lexicon = {word: action for word, action in lexicon.items() if word in often}

    def exchange(self, one: str, other: str) -> Iterator[Pair]:
        """Yield the pairs with one of two words, after they and their actions changed places."""
        words = {one: other, other: one}
        first, second = self.lexicon[one], self.lexicon[other]
        actions = {first: second, second: first}
        for command in dict.fromkeys(self._commands[one] + self._commands[other]):
            yield Pair(
                tuple(words.get(word, word) for word in command),
                tuple(actions.get(action, action) for action in self.known[command]),
            )

    def contradict(self, one: str, other: str) -> bool:
        """Return whether an exchange of two words turns a pair into one that is known otherwise."""
        return any(
            self.known.get(new.command, new.actions) != new.actions
            for new in self.exchange(one, other)
        )

    def list_alike(self) -> list[tuple[str, str]]:
        """Return the pairs of words that fill the same gap of a command, in the lexicon's order."""
        fillers: dict[tuple[Words, Words], set[str]] = {}
        for command in self.known:
            for place, word in enumerate(command):
                if word in self.lexicon:
                    gap = (command[:place], command[place + 1 :])
                    fillers.setdefault(gap, set()).add(word)
        groups = set(map(frozenset, fillers.values()))
        return [two for two in combinations(self.lexicon, 2) if any(g >= set(two) for g in groups)]


def find_types(exchanges: Exchanges) -> list[Type]:
    """Return groups of words any two of which stand for each other.

    Two words do if some command becomes another known command when one takes the place of the
    other, and if exchanging both of them, and their actions, contradicts no pair.
    """
    alike = {two for two in exchanges.list_alike() if not exchanges.contradict(*two)}
    groups: list[list[str]] = []
    for word in exchanges.lexicon:
        fitting = (group for group in groups if all((other, word) in alike for other in group))
        group = next(fitting, None)
        if group is None:
            groups.append([word])
        else:
            group.append(word)
    return [tuple(group) for group in groups if len(group) > 1]


def swap(exchanges: Exchanges, types: Sequence[Type], longest: int = 0) -> dict[Words, Words]:
    """Return the new pairs that exchanges of two words of a type make, actions by command.

    Each of them is one exchange away from a known pair. A command of which two exchanges disagree
    is not made.

    Args:
        exchanges: the pairs.
        types: what `find_types` found.
        longest: most actions of a pair that is made; 0 for no limit.
    """
    made: dict[Words, Words] = {}
    disputed: set[Words] = set()
    for one, other in (two for group in types for two in combinations(group, 2)):
        for new in exchanges.exchange(one, other):
            if len(made) == MOST_MADE:
                break
            if new.command in exchanges.known or (longest and len(new.actions) > longest):
                continue
            if made.setdefault(new.command, new.actions) != new.actions:
                disputed.add(new.command)
    return {command: actions for command, actions in made.items() if command not in disputed}
