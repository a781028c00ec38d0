"""How good a classifier is on labelled reviews. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.classify.opinions import Opinion

STEPS = (0.0, 0.5, 0.7, 0.9, 1.0)
"""Where the steps of sureness begin and end. With two classes, nothing is less sure than 50%."""


@dataclass
class Step:
    """The reviews of a step of sureness."""

    low: float
    high: float
    right: int = 0
    wrong: int = 0


class Score:
    """Counts of right and wrong classes, to which reviews are added as they are read."""

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        self.confusion = [[0] * len(self.classes) for _ in self.classes]
        """Reviews of each class (rows) that were given each class (columns)."""
        self.silent = 0
        """Reviews with a class, of which nothing could be said."""
        self.sureness = 0.0
        """Sum of the probabilities of the classes that were given."""
        low = 1 / max(1, len(self.classes))
        edges = [edge for edge in STEPS if edge > low]
        self.steps = [Step(*pair) for pair in zip([low, *edges], edges, strict=False)]

    def add(self, pairs: Iterable[tuple[str | None, Opinion]]) -> None:
        """Count reviews, each with its true class; those without one are left out."""
        for truth, opinion in pairs:
            if truth not in self.classes:
                continue
            if opinion.label is None or opinion.label not in self.classes:
                self.silent += 1
                continue
            row, column = self.classes.index(truth), self.classes.index(opinion.label)
            self.confusion[row][column] += 1
            share = opinion.shares[opinion.label]
            self.sureness += share
            step = next((one for one in self.steps if share <= one.high), self.steps[-1])
            if row == column:
                step.right += 1
            else:
                step.wrong += 1

    @property
    def total(self) -> int:
        """Number of reviews with a class, those without words included: they count as wrong."""
        return sum(map(sum, self.confusion)) + self.silent

    @property
    def right(self) -> int:
        """Number of reviews that were given their class."""
        return sum(self.confusion[index][index] for index in range(len(self.classes)))

    @property
    def accuracy(self) -> float:
        """Share of reviews that were given their class; 0 without reviews."""
        return self.right / self.total if self.total else 0.0

    @property
    def mean_sureness(self) -> float:
        """Mean probability of the classes that were given; 0 without reviews."""
        said = self.total - self.silent
        return self.sureness / said if said else 0.0
