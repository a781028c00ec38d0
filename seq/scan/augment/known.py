"""Pairs to learn rules from, as a mapping: one meaning for each command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from corpora.scan.grammar import Pair, Words

Known = Mapping[Words, Words]
"""Actions by command."""


def collect(pairs: Iterable[Pair]) -> dict[Words, Words]:
    """Return the actions of each command, in the order of the pairs.

    A repeated pair counts once. A command with two meanings says nothing, and neither does an empty
    one: they are left out.
    """
    known: dict[Words, Words] = {}
    ambiguous: set[Words] = {()}
    for pair in pairs:
        if known.setdefault(pair.command, pair.actions) != pair.actions:
            ambiguous.add(pair.command)
    return {command: actions for command, actions in known.items() if command not in ambiguous}
