"""How well every unit of a short text goes with every feature of it, at once.

`find_units` asks for long texts, and judges its finds on a half that it has not seen. Here one sees
at once what goes with what on a page, to be looked at, not believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charlm.arrays import Floats, Ints, Reals, Singles
from charlm.inside.traces import Unit
from charlm.inside.units.unit_scores import compute_spearman, rank

PLACES = 4_000
"""Places that are compared, at most: r then has a standard error of 0.016."""
MOST_RANKS = 4_000_000
"""Ranks of all units at all places, at most: they take 8 bytes each, twice."""
LEAST_TURNS = 3
"""How often a feature must change in a text, at least: what changes once, every slow unit follows.
"""


@dataclass(frozen=True)
class Fit:
    """How well a unit goes with a feature, by Spearman's r."""

    unit: Unit
    """The unit."""
    first: float
    """r on the first half of the text, by which units are put in order."""
    second: float
    """r on the second half, which judges."""


class Correlations:
    """The ranks of all units at some places of a text, to be compared with features of it.

    Args:
        values: a field of all units at each of the T places of a text, (T, L, H).
    """

    def __init__(self, values: Singles) -> None:
        length, self.layers, self.units = values.shape
        count = min(PLACES, max(2, MOST_RANKS // (self.layers * self.units)))
        self.places: Ints = np.unique(np.linspace(0, length - 1, count).astype(np.int64))
        self._middle = len(self.places) // 2
        flat = values[self.places].reshape(len(self.places), -1).T  # (L * H, N)
        self._ranks = tuple(
            rank(np.ascontiguousarray(part))
            for part in (flat, flat[:, : self._middle], flat[:, self._middle :])
        )

    def correlate(self, feature: Reals | Ints) -> Floats:
        """Return Spearman's r of every unit with a feature (T,), over the whole text, (L, H)."""
        own = self._take(feature)
        return np.asarray(compute_spearman(self._ranks[0], own)).reshape(self.layers, self.units)

    def order(self, feature: Reals | Ints, count: int) -> list[Fit]:
        """Return the units that go with a feature best, the best of the first half first.

        Args:
            feature: its values, (T,).
            count: how many units.
        """
        own = feature[self.places]
        halves = (own[: self._middle], own[self._middle :])
        first, second = (
            compute_spearman(ranks, rank(part[None])[0])
            for ranks, part in zip(self._ranks[1:], halves, strict=True)
        )
        order = np.argsort(-np.abs(first), kind="stable")[:count].tolist()
        return [Fit(divmod(at, self.units), float(first[at]), float(second[at])) for at in order]

    def _take(self, feature: Reals | Ints) -> Floats:
        return np.asarray(rank(feature[self.places][None])[0])


def count_turns(feature: Ints, is_number: bool) -> int:
    """Return how often a feature (T,) turns to yes, or a number starts again."""
    if is_number:
        return int(np.count_nonzero(np.diff(feature) < 0))
    return int(np.count_nonzero(np.diff((feature > 0).astype(np.int64)) > 0))


def pick_apart(values: Sequence[float] | Reals, count: int, apart: int) -> list[int]:
    """Return places of the highest values, (T,), that lie apart from each other, highest first."""
    picked: list[int] = []
    for place in np.argsort(-np.asarray(values), kind="stable").tolist():
        if all(abs(place - other) >= apart for other in picked):
            picked.append(place)
            if len(picked) == count:
                break
    return picked
