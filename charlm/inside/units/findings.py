"""What a search for units has found: for each feature the best unit, and what it is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from charlm.arrays import Floats
from charlm.config import ModelConfig
from charlm.inside.results import ModelResult, table_html
from charlm.inside.traces import Unit, name_unit
from charlm.inside.units.features import Feature

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STRONG = 0.9
"""Least score of what follows a feature. An AUC of 0.9 is right in nine of ten pairs of a yes and a
no; r = 0.9 explains four fifths of the variance of the ranks."""
SHARE_LEFT = 0.5
"""What follows a feature leaves at most this share of what the last two characters leave to a score
of 1; and where these two follow it themselves, nothing else is said to. A network of random weights
echoes the last characters as well, and that is no finding."""


@dataclass(frozen=True)
class Finding:
    """The unit that follows a feature best, and what its layer and the character say of it.

    Scores are AUC for yes or no, Spearman's r for a number. All are those of the second half of the
    text; the unit, its direction and the probes come from the first.
    """

    feature: Feature
    """The feature."""
    mean: float
    """Its mean over the text: the share of yes, or the mean number."""
    one_character: float
    """Score of the current character alone."""
    two_characters: float
    """Score of the last two characters."""
    unit: Unit
    """The best unit of all layers."""
    sign: int
    """1 if the unit is high where the feature is high or yes, -1 if it is low there."""
    score: float
    """Score of the unit in that direction."""
    others: tuple[tuple[Unit, float], ...]
    """The next best units of the first half, with their scores."""
    probes: tuple[float, ...]
    """Score of a linear probe of each layer."""
    levels: tuple[float, float]
    """Median of the unit where the feature is no (or in its lowest quarter), and where it is yes
    (or in its highest quarter)."""
    control: Unit
    """A unit of the same layer that moves as much, and follows the feature less than most."""
    control_level: float
    """Its median."""
    highest: tuple[int, ...]
    """Places in the second half where the unit is highest, first the highest."""
    lowest: tuple[int, ...]
    """Places in the second half where it is lowest, first the lowest."""

    @property
    def found(self) -> bool:
        """Whether the unit follows the feature: see `STRONG` and `SHARE_LEFT`."""
        return self._follows(self.score)

    @property
    def scores(self) -> tuple[float, ...]:
        """Scores of the probes, of the unit and of two characters, (L + 2,)."""
        return (*self.probes, self.score, self.two_characters)

    @property
    def strengths(self) -> Floats:
        """How far `scores` are above chance, (L + 2,), from 0 to 1."""
        scores = np.array(self.scores)
        return np.asarray(np.clip(scores if self.feature.is_number else 2 * scores - 1, 0, 1))

    @property
    def known_by(self) -> str:
        """What follows the feature: one unit, a layer, two characters, or nothing."""
        if self.found:
            return "one unit"
        if self.two_characters >= STRONG:
            return "two characters"
        return "a layer" if self._follows(max(self.probes)) else "nothing"

    def _follows(self, score: float) -> bool:
        left = SHARE_LEFT * (1 - self.two_characters)
        return self.two_characters < STRONG <= score and 1 - score <= left

    @property
    def measure(self) -> str:
        """What the scores are: AUC or r."""
        return "r" if self.feature.is_number else "AUC"


@dataclass(frozen=True)
class UnitSearch(ModelResult):
    """What the units of a model follow in a text."""

    config: ModelConfig
    """Its shape."""
    text: str
    """The text, T characters."""
    field: str
    """What was compared: the cell, the hidden state or a gate."""
    findings: tuple[Finding, ...]
    """A finding for each feature that the text has."""
    missing: dict[str, str]
    """Why the other features were left out, by name."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row a feature."""
        return [
            {
                "feature": finding.feature.name,
                "about": finding.feature.about,
                "measure": finding.measure,
                "mean": finding.mean,
                "chance": 0.0 if finding.feature.is_number else 0.5,
                "one_character": finding.one_character,
                "two_characters": finding.two_characters,
                "unit": name_unit(finding.unit),
                "sign": finding.sign,
                "score": finding.score,
                "known_by": finding.known_by,
                "next_units": {name_unit(unit): score for unit, score in finding.others},
                "levels": list(finding.levels),
                "control": name_unit(finding.control),
                **{f"probe_{n + 1}": value for n, value in enumerate(finding.probes)},
                "highest": [self.excerpt(place) for place in finding.highest],
                "lowest": [self.excerpt(place) for place in finding.lowest],
            }
            for finding in self.findings
        ]

    def _repr_html_(self) -> str:
        """Return the records without what is long."""
        long = ("about", "levels", "next_units", "highest", "lowest")
        rows = [{k: v for k, v in row.items() if k not in long} for row in self.records()]
        return table_html(rows)

    def excerpt(self, place: int, before: int = 36, after: int = 14) -> tuple[str, str, str]:
        """Return the text before a place, the character there, and the text after it."""
        start = max(0, place - before)
        return (
            self.text[start:place],
            self.text[place],
            self.text[place + 1 : place + 1 + after],
        )

    def plot(self) -> Figure:
        """Return a table of the scores in colours: a row a feature, a column a layer."""
        from charlm.drawing.score_table import draw_score_table

        layers = self.config.num_layers
        columns = [*(f"layer {n + 1}" for n in range(layers)), "best\nunit", "two\nchars"]
        rows = [f"{finding.feature.name} ({finding.measure})" for finding in self.findings]
        texts = [[f"{value:.2f}" for value in finding.scores] for finding in self.findings]
        for finding, row in zip(self.findings, texts, strict=True):
            row[layers] = f"{finding.score:.2f}\n{name_unit(finding.unit)}"
        strengths = np.array([finding.strengths for finding in self.findings])
        title = f"What the {self.field} of {self.model} knows of the text"
        return draw_score_table(strengths, texts, columns, rows, gap=layers, title=title)
