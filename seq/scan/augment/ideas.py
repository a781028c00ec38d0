"""The ideas together: from training pairs to the rules in them, and to the pairs that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from corpora.scan.grammar import Pair, Words
from seq.scan.augment.known import collect
from seq.scan.augment.lexicon import align
from seq.scan.augment.phrases import PhraseRule, find_rules
from seq.scan.augment.recombine import recombine
from seq.scan.augment.swaps import Exchanges, Type, find_types, swap

Ideas = Literal["plain", "swaps", "phrases", "both"]
"""What makes pairs: nothing, exchanges of words, rules of phrases, or both."""


@dataclass(frozen=True)
class Findings:
    """What was found in training pairs, and the pairs that were made of them."""

    commands: int
    """Number of different commands that were read."""
    lexicon: dict[str, str] = field(default_factory=dict)
    """Action of each word that brings one."""
    types: tuple[Type, ...] = ()
    """Groups of words that stand for each other."""
    rules: tuple[PhraseRule, ...] = ()
    """Rules of phrases."""
    swapped: dict[Words, Words] = field(default_factory=dict)
    """Pairs that exchanges made, actions by command."""
    recombined: dict[Words, Words] = field(default_factory=dict)
    """Pairs that rules of phrases made, of the pairs that were read and of those exchanged."""

    @property
    def made(self) -> tuple[Pair, ...]:
        """All pairs that were made, none of which was read."""
        return tuple(Pair(*pair) for pair in {**self.swapped, **self.recombined}.items())


def explore(pairs: Iterable[Pair], ideas: Ideas, longest: int = 0) -> Findings:
    """Find the rules in training pairs, and make new pairs by them.

    Nothing but `pairs` is looked at: no other commands, and no grammar. The same pairs give the
    same findings.

    Args:
        pairs: training pairs, of any symbols.
        ideas: which rules to look for. Where it is both, the rules of phrases are those of the
            pairs with all that exchanges have made.
        longest: most actions of a pair that is made; 0 for no limit.
    """
    known = collect(pairs)
    found = Findings(len(known))
    if ideas in ("swaps", "both"):
        exchanges = Exchanges(known, align(known))
        types = find_types(exchanges)
        swapped = swap(exchanges, types, longest)
        found = Findings(len(known), exchanges.lexicon, tuple(types), swapped=swapped)
    if ideas in ("phrases", "both"):
        base = {**known, **found.swapped}
        rules = tuple(find_rules(base))
        recombined = recombine(base, rules, longest)
        found = Findings(
            found.commands, found.lexicon, found.types, rules, found.swapped, recombined
        )
    return found
