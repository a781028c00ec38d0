"""What units are high in and go with, on a part of the text. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from charlm.arrays import Floats, Reals
from charlm.inside.traces import Unit
from charlm.inside.units.correlations import Correlations, Fit, count_turns, pick_apart
from charlm.inside.units.features import Feature
from corpora.errors import UserError
from tui.inside.excerpts import Excerpt, cut_excerpt
from tui.inside.subjects import Material, Series

LEAST_TURNS = 2
"""How often a feature must come in the text, at least: what comes once, every slow unit follows."""
APART = 40
"""Characters between two contexts of a unit; of a short text, a twentieth of it."""
RANKED = 30
"""Units that are listed for a feature."""
LEAST_PLACES = 12
"""Fewest places of a text on which anything is compared."""


@dataclass(frozen=True)
class Ranking:
    """The units that go with something, the best first."""

    name: str
    """What they go with."""
    about: str
    """What that means."""
    share: float | None
    """Share of the places at which it is yes; None for a number."""
    fits: tuple[Fit, ...]
    """The units."""


class Findings:
    """What can be said of units on a part of a text.

    Args:
        material: the units' memory there, and features of the part.
    """

    def __init__(self, material: Material) -> None:
        self.material = material
        self.comparable = len(material.labels) >= LEAST_PLACES
        """Whether the part is long enough to compare units with features."""
        self._r: dict[str, Floats] = {}
        if self.comparable:
            for series in self.series.values():
                self._r[series.name] = self.correlations.correlate(series.values)

    @cached_property
    def correlations(self) -> Correlations:
        """The ranks of all units."""
        return Correlations(self.material.values)

    @cached_property
    def series(self) -> dict[str, Series]:
        """The features that come in the part often enough, by name."""
        return {
            one.name: one
            for one in self.material.series
            if count_turns(one.values, one.is_number) >= LEAST_TURNS
            or (one.is_number and len(self.material.labels) < APART)
        }

    def list_fitting(self, unit: Unit, count: int) -> list[tuple[str, float]]:
        """Return what a unit goes with best, with Spearman's r, the strongest first."""
        found = [(name, float(r[unit])) for name, r in self._r.items()]
        return sorted(found, key=lambda pair: -abs(pair[1]))[:count]

    def list_contexts(self, unit: Unit, count: int, width: int) -> tuple[list[Excerpt], ...]:
        """Return where a unit is highest, and where it is lowest, as excerpts.

        Args:
            unit: the unit.
            count: excerpts of either.
            width: cells of an excerpt.
        """
        layer, number = unit
        values: Reals = self.material.values[:, layer, number]
        apart = max(1, min(APART, len(values) // 20))
        labels, joint = self.material.labels, self.material.joint
        return tuple(
            [
                cut_excerpt(labels, place, width, joint)
                for place in pick_apart(sign * values, count, apart)
            ]
            for sign in (1, -1)
        )

    def rank(self, name: str) -> Ranking:
        """Return the units that go with one of `series`, the best first."""
        return self._rank(self.series[name])

    def rank_pattern(self, feature: Feature) -> Ranking:
        """Return the units that go with a feature of the user's, the best first.

        Raises:
            UserError: the feature does not come in the text, or is everywhere.
        """
        series = self.material.write(feature)
        if not self.comparable:
            raise UserError(f"the text is too short to compare: {LEAST_PLACES} places are needed")
        share = float((series.values > 0).mean())
        if share in (0.0, 1.0):
            where = "nowhere" if share == 0 else "everywhere"
            raise UserError(
                f"{series.name} matches {where} in this text: there is nothing to follow"
            )
        return self._rank(series)

    def _rank(self, series: Series) -> Ranking:
        share = None if series.is_number else float((series.values > 0).mean())
        fits = self.correlations.order(series.values, RANKED) if self.comparable else []
        return Ranking(series.name, series.about, share, tuple(fits))


def measure_range(material: Material, unit: Unit) -> tuple[float, float]:
    """Return the 5th and the 95th percentile of a unit's memory: where it usually is."""
    low, high = np.percentile(material.values[:, unit[0], unit[1]], (5, 95))
    return float(low), float(high)
