"""How often a translator is right to the last action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpora.scan.grammar import Pair
from seq.scan.library import CommandTranslator

BIN = 8
"""Actions by which the lengths of a group of commands differ at most, plus one."""


@dataclass(frozen=True)
class Mistake:
    """A command that was not translated as it should be."""

    command: str
    wanted: str
    said: str


@dataclass(frozen=True)
class Group:
    """Commands with about as many actions each."""

    shortest: int
    longest: int
    commands: int
    right: int


@dataclass(frozen=True)
class Report:
    """What became of the commands."""

    by_length: tuple[Group, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def commands(self) -> int:
        """How many there were."""
        return sum(group.commands for group in self.by_length)

    @property
    def right(self) -> int:
        """How many of them became exactly what they should."""
        return self.commands - len(self.mistakes)

    @property
    def exact_match(self) -> float:
        """Their share, from 0 to 1."""
        return self.right / self.commands

    def to_json(self) -> dict[str, Any]:
        """Return all of it as a plain object."""
        counts = {"commands": self.commands, "right": self.right, "exact_match": self.exact_match}
        return {**counts, **asdict(self)}


def report(translator: CommandTranslator, pairs: Sequence[Pair]) -> Report:
    """Translate the commands of `pairs`, at least one, and say what came of it."""
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
