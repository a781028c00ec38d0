"""Where translators break: samples of the tests of all splits. This module uses no screen."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from corpora.scan.grammar import Pair, Words
from corpora.scan.splits import SPLITS, load_at_hand

SAMPLE = 200
"""Commands of the test part of each split that are tried. The parts have up to 7,706."""
SEED = 1
"""Seed of their choice."""
BATCH = 40
"""Commands that are translated at once: between two batches, the work can be stopped."""


class Translates(Protocol):
    """What is tried: a translator."""

    def actions(self, commands: Iterable[str]) -> list[Words]:
        """Return the actions of each command."""


@dataclass(frozen=True)
class Finding:
    """How translators do on a sample of the test part of a split."""

    split: str
    """Name of the split."""
    official: bool
    """Whether it is the official one, which published results are for."""
    commands: int
    """Commands of the sample."""
    total: int
    """Commands of the whole test part."""
    right: Mapping[str, int]
    """How many of the sample each translator gets right, by its letter."""
    failing: Mapping[str, str]
    """A command that goes wrong, by the letters of those who get it wrong: one for both, if there
    is one, else one for each."""

    @classmethod
    def from_json(cls, found: Any) -> Finding | None:
        """Return what `to_json` made, or None if it is something else."""
        try:
            made = cls(**found)
            numbers = [made.commands, made.total, *made.right.values()]
            texts = [made.split, *made.right, *made.failing, *made.failing.values()]
        except (TypeError, AttributeError):
            return None
        whole = all(type(number) is int for number in numbers) and made.commands > 0
        return made if whole and all(isinstance(text, str) for text in texts) else None

    def to_json(self) -> dict[str, Any]:
        """Return the finding as an object for JSON."""
        return asdict(self)


def try_splits(
    translators: Mapping[str, Translates], go_on: Callable[[int], bool]
) -> Iterator[Finding]:
    """Yield how translators do on each split, one split after the other.

    Args:
        translators: the translators, by their letter.
        go_on: is called with the number of commands tried so far; False ends the work.
    """
    done = 0
    for name in SPLITS:
        split = load_at_hand(name)
        sample = random.Random(SEED).sample(split.test, min(SAMPLE, len(split.test)))
        wrong: dict[str, list[str]] = {letter: [] for letter in translators}
        for start in range(0, len(sample), BATCH):
            batch = sample[start : start + BATCH]
            for letter, translator in translators.items():
                if not go_on(done):
                    return
                wrong[letter] += find_wrong(translator, batch)
                done += len(batch)
        right = {letter: len(sample) - len(commands) for letter, commands in wrong.items()}
        total = len(split.test)
        yield Finding(name, split.official, len(sample), total, right, choose_failing(wrong))


def count_commands(translators: int) -> int:
    """Return how many commands `try_splits` translates at most, for its progress."""
    return len(SPLITS) * SAMPLE * translators


def find_wrong(translator: Translates, pairs: Iterable[Pair]) -> list[str]:
    """Return the commands that a translator gets wrong."""
    wanted = {" ".join(pair.command): pair.actions for pair in pairs}
    said = translator.actions(wanted)
    return [
        command
        for (command, actions), found in zip(wanted.items(), said, strict=True)
        if found != actions
    ]


def choose_failing(wrong: Mapping[str, list[str]]) -> dict[str, str]:
    """Return a command that goes wrong, the shortest, by the letters of who gets it wrong."""
    both = set.intersection(*map(set, wrong.values())) if wrong else set()
    named = {"".join(wrong): both} if both else wrong
    return {
        letters: min(commands, key=lambda command: (command.count(" "), command))
        for letters, commands in named.items()
        if commands
    }
