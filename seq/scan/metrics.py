"""Exact match of a translator: the share of commands whose actions are all correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpora.scan.grammar import Pair, Words
from seq.scan.library import CommandTranslator

BIN = 8
"""Number of lengths, in actions, that make one group of commands."""


@dataclass(frozen=True)
class Mistake:
    """A command whose translation is wrong."""

    command: str
    """The command."""
    wanted: str
    """The correct actions."""
    said: str
    """The actions of the translator."""


@dataclass(frozen=True)
class Group:
    """A group of commands with similar numbers of actions."""

    shortest: int
    """Smallest number of actions of the group."""
    longest: int
    """Greatest number of actions of the group."""
    commands: int
    """Number of commands."""
    right: int
    """Number of commands whose translation is correct."""


@dataclass(frozen=True)
class Report:
    """Results of the translation of some commands."""

    by_length: tuple[Group, ...]
    """Groups of commands by number of actions, ascending."""
    mistakes: tuple[Mistake, ...]
    """Commands whose translation is wrong, in the order given."""

    @property
    def commands(self) -> int:
        """Number of commands."""
        return sum(group.commands for group in self.by_length)

    @property
    def right(self) -> int:
        """Number of commands whose translation is correct."""
        return self.commands - len(self.mistakes)

    @property
    def exact_match(self) -> float:
        """Share of commands whose translation is correct, from 0 to 1."""
        return self.right / self.commands

    @property
    def wrong(self) -> set[Words]:
        """Commands whose translation is wrong."""
        return {tuple(mistake.command.split()) for mistake in self.mistakes}

    def to_json(self) -> dict[str, Any]:
        """Return the report as an object for JSON."""
        counts = {"commands": self.commands, "right": self.right, "exact_match": self.exact_match}
        return {**counts, **asdict(self)}


def report(translator: CommandTranslator, pairs: Sequence[Pair]) -> Report:
    """Translate the commands of `pairs`, at least one, and compare the results with the actions."""
    found = translator.actions([" ".join(pair.command) for pair in pairs])
    groups: dict[int, list[bool]] = {}
    mistakes = []
    for pair, said in zip(pairs, found, strict=True):
        groups.setdefault((len(pair.actions) - 1) // BIN, []).append(said == pair.actions)
        if said != pair.actions:
            parts = (pair.command, pair.actions, said)
            mistakes.append(Mistake(*(" ".join(part) for part in parts)))
    by_length = tuple(
        Group(BIN * index + 1, BIN * (index + 1), len(right), sum(right))
        for index, right in sorted(groups.items())
    )
    return Report(by_length, tuple(mistakes))
