"""How well a translator does on commands that were made for its training, and on the others.

Where rules made a test command from the training pairs, a right translation shows that the network
learned what the rules found. Only the others show what the network finds by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from corpora.notice import Notice, silent
from corpora.scan.grammar import Pair, Words
from seq.scan.made import make_pairs
from seq.scan.trained_on import TrainedOn


@dataclass(frozen=True)
class Share:
    """Some test commands, by where they come from, and how many of them are right."""

    origin: str
    """`trained on`; `made`; `not made`; and those of the last that are `longer` than all pairs that
    were trained on."""
    commands: int
    """Number of commands."""
    right: int
    """Number of commands whose translation is correct."""


@dataclass(frozen=True)
class Origins:
    """Test pairs, and which of their commands a translator was trained on."""

    test: Sequence[Pair]
    """The test pairs."""
    known: Collection[Words]
    """Commands of the training pairs."""
    made: Collection[Words]
    """Commands of the pairs that were made of them."""
    longest: int
    """Most actions of a pair of either."""

    @property
    def test_made(self) -> float:
        """Share of the test commands that were made, from 0 to 1."""
        return sum(self._find(pair) == "made" for pair in self.test) / len(self.test)

    def count(self, wrong: Collection[Words]) -> tuple[Share, ...]:
        """Return how many test commands of each origin are right, without origins that none has.

        Args:
            wrong: test commands whose translation is wrong.
        """
        groups: dict[str, list[Words]] = {}
        for pair in self.test:
            groups.setdefault(self._find(pair), []).append(pair.command)
            if len(pair.actions) > self.longest:
                groups.setdefault("longer", []).append(pair.command)
        return tuple(
            Share(one, len(groups[one]), sum(command not in wrong for command in groups[one]))
            for one in ("trained on", "made", "not made", "longer")
            if one in groups
        )

    def _find(self, pair: Pair) -> str:
        if pair.command in self.known:
            return "trained on"
        return "made" if pair.command in self.made else "not made"


def find_origins(test: Sequence[Pair], trained_on: TrainedOn, notice: Notice = silent) -> Origins:
    """Return where test commands come from.

    Args:
        test: test pairs.
        trained_on: what the translator was trained on; the pairs are made again.
        notice: see `corpora.scan.splits.load`.

    Raises:
        UserError: the training pairs of the user's own are not what they were.
    """
    train = trained_on.load_pairs(notice)
    made = make_pairs(train, trained_on.pairs)
    longest = max(len(pair.actions) for pair in (*train, *made))
    known = frozenset(pair.command for pair in train)
    return Origins(test, known, frozenset(pair.command for pair in made), longest)
