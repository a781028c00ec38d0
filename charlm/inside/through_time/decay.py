"""How fast figures over distances become smaller, and what one linear unit does, exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from charlm.inside.results import Result, table_html
from corpora.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from charlm.drawing.panels import Panel

LINEAR = (0.9, 1.0, 1.1)
"""Weights of one linear unit: its gradient vanishes, stays, explodes."""
MOST_STEPS = 1000
"""Greatest distance."""
MOST_WEIGHTS = 8
"""Most linear units."""
MARKED = 20
"""Points of a line of a picture."""


def find_distance(norms: npt.NDArray[np.float64], share: float) -> float | None:
    """Return after how many steps a share of the first norm is left, for the first time.

    Between two steps, the logarithm of the norm is taken to be a straight line.

    Args:
        norms: the norms, (K,), the first one greater than 0.
        share: the share, less than 1.

    Returns:
        The number of steps; None if more is left at all of them.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.log(norms / norms[0]) - math.log(share)
    below = np.flatnonzero(left <= 0)
    if not len(below):
        return None
    end = int(below[0])
    before, after = float(left[end - 1]), float(left[end])
    return end - 1 + (before / (before - after) if math.isfinite(after) else 1.0)


def mean_factor(norms: npt.NDArray[np.float64]) -> float | None:
    """Return the geometric mean of norm / norm before; None for one step, or where one is 0."""
    if len(norms) < 2 or not norms[0] or not norms[-1]:
        return None
    return float(np.exp(np.log(norms[-1] / norms[0]) / (len(norms) - 1)))


def log_points(norms: Sequence[float], first: int = 1) -> list[tuple[float, float]]:
    """Return points (k, log10 of the norm) for a picture: at most `MARKED` + 1, evenly spaced.

    Args:
        norms: norms at the distances `first`, `first` + 1, ...; those that are 0 have no point.
        first: the first distance.
    """
    every = max(1, len(norms) // MARKED)
    kept = [*range(0, len(norms) - 1, every), len(norms) - 1]
    return [(float(first + n), math.log10(norms[n])) for n in kept if norms[n] > 0]


@dataclass(frozen=True)
class LinearUnits(Result):
    """The gradients of linear units with one weight each; `follow_linear` makes it."""

    weights: tuple[float, ...]
    """The weights, w."""
    steps: int
    """Greatest distance, K."""

    def gradient(self, weight: float) -> list[float]:
        """Return ds_t / ds_(t-k) = w^k for k = 0 to K."""
        return [weight**k for k in range(self.steps + 1)]

    def records(self) -> list[dict[str, Any]]:
        """Return a row a weight: w^k for k = 0 to K, and after how many steps it has halved."""
        return [
            {"w": w, "half_life": find_half_life(w), "gradients": self.gradient(w)}
            for w in self.weights
        ]

    def _repr_html_(self) -> str:
        kept = ("w", "half_life")
        return table_html([{name: row[name] for name in kept} for row in self.records()])

    def panels(self) -> list[Panel]:
        """Return the panel of a picture of |w^k|."""
        from charlm.drawing.panels import Line, Panel

        lines = [
            Line(n, log_points([abs(value) for value in self.gradient(w)], first=0))
            for n, w in enumerate(self.weights)
        ]
        title = "one linear unit: s_t = w s_(t-1) + x_t"
        return [Panel(title, "k, steps back", "log10 of |w^k|", lines)]

    def series(self) -> list[str]:
        """Return the names of the lines."""
        return [f"w = {w:g}" for w in self.weights]

    def plot(self) -> Figure:
        """Return a picture of |w^k|, on a logarithmic axis."""
        from charlm.drawing.picture import draw_panels

        return draw_panels(self.panels(), self.series())


def follow_linear(weights: Sequence[float] = LINEAR, steps: int = 100) -> LinearUnits:
    """Return the exact gradient of linear units, s_t = w s_(t-1) + x_t: ds_t / ds_(t-k) = w^k.

    Args:
        weights: the weights, from -2 to 2.
        steps: greatest distance, K.

    Raises:
        UserError: a number is out of range.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise UserError(f"--steps must lie between 1 and {MOST_STEPS:,}, not {steps:,}")
    if not 1 <= len(weights) <= MOST_WEIGHTS:
        raise UserError(f"give 1 to {MOST_WEIGHTS} weights, not {len(weights)}")
    for weight in weights:
        if not -2 <= weight <= 2:
            raise UserError(f"a weight of a linear unit must lie between -2 and 2, not {weight:g}")
    return LinearUnits(tuple(weights), steps)


def find_half_life(weight: float) -> float | None:
    """Return after how many steps |w^k| is 1/2, ln(1/2) / ln |w|; None where it never is."""
    if abs(weight) >= 1:
        return None
    return math.log(0.5) / math.log(abs(weight)) if weight else 0.0
