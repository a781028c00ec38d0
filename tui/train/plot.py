"""The curves of runs as points, thinned to what a screen shows. This module uses no screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from charlm.drawing.braille import choose_ticks
from tui.train.log import RunLog
from tui.train.overfitting import find_learning_by_heart

XAxis = Literal["passes", "minutes", "steps"]
YAxis = Literal["linear", "log"]
X_AXES: tuple[XAxis, ...] = ("passes", "minutes", "steps")
Y_AXES: tuple[YAxis, ...] = ("linear", "log")

FALL = 20
"""The first one in this many of the steps does not set the scale: its fall would flatten the
rest."""
WIDEST = 1e9
"""Greatest figure that is drawn: larger ones come from runs that diverged, or from damage."""
OF_TEN = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
"""Numbers of a decade that a logarithmic axis may name."""

Points = list[tuple[float, float]]
Range = tuple[float, float]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """The curves of a run, and the places that are marked on them; x is on the chosen axis."""

    letter: str
    """Letter of the run in the table; empty for the only one."""
    name: str
    look: int
    """Number of its colour."""
    train: Points = field(default_factory=list)
    validation: Points = field(default_factory=list)
    best: tuple[float, float] | None = None
    """Where its validation loss is lowest."""
    best_label: str = ""
    by_heart: float | None = None
    """From where on it learns by heart."""


def make_curves(log: RunLog, name: str, letter: str, look: int, x_axis: XAxis, most: int) -> Curves:
    """Return the curves of a run.

    Args:
        log: log of the run.
        name: what the chart calls it.
        letter: its letter in the table.
        look: number of its colour.
        x_axis: what is drawn to the right.
        most: greatest number of points of a curve.
    """
    places = dict(zip(log.evaluations, locate_evaluations(log, x_axis), strict=True))
    validation = [
        (x, one.loss) for one, x in places.items() if math.isfinite(x) and abs(one.loss) < WIDEST
    ]
    best, by_heart = log.best_evaluation, find_learning_by_heart(log.evaluations)
    where = places[best] if best is not None else math.nan
    start = places[by_heart] if by_heart is not None else math.nan
    place = "" if best is None else f"best at pass {best.epoch:.4g}"
    return Curves(
        letter=letter,
        name=name,
        look=look,
        train=thin_out(read_x(log, x_axis), np.array(log.columns["train_loss"]), most),
        validation=validation,
        best=(where, best.loss) if best is not None and math.isfinite(where) else None,
        best_label=place,
        by_heart=start if math.isfinite(start) else None,
    )


def read_x(log: RunLog, x_axis: XAxis) -> Floats:
    """Return where each step of a log lies on an axis."""
    if x_axis == "minutes":
        return np.array(log.columns["elapsed"]) / 60
    return np.array(log.columns["epoch" if x_axis == "passes" else "step"])


def locate_evaluations(log: RunLog, x_axis: XAxis) -> list[float]:
    """Return where the evaluations lie on an axis; NaN where the log does not tell."""
    passes = [one.epoch for one in log.evaluations]
    if x_axis == "passes":
        return passes
    if x_axis == "steps":
        return [one.step for one in log.evaluations]
    epochs, minutes = np.array(log.columns["epoch"]), read_x(log, "minutes")
    known = np.isfinite(minutes)
    if not known.any():
        return [math.nan] * len(passes)
    found: list[float] = np.interp(passes, epochs[known], minutes[known]).tolist()
    return found


def thin_out(x: Floats, y: Floats, most: int) -> Points:
    """Return at most `most` points: means of equal parts of a curve, without what is no number."""
    good = np.isfinite(x) & np.isfinite(y) & (np.abs(y) < WIDEST)
    x, y = x[good], y[good]
    if len(x) > most:
        starts = np.linspace(0, len(x), most, endpoint=False).astype(int)
        counts = np.diff(np.append(starts, len(x)))
        x, y = (np.add.reduceat(part, starts) / counts for part in (x, y))
    return [*zip(x.tolist(), y.tolist(), strict=True)]


def find_ranges(curves: Sequence[Curves], y_axis: YAxis) -> tuple[Range, Range]:
    """Return what of the axes is drawn; neither range is empty."""
    right = max((x for one in curves for x, _ in (*one.train, *one.validation)), default=0.0)
    values = [
        y
        for one in curves
        for points in (one.train, one.validation)
        for x, y in (points[len(points) // FALL :] if points is one.train else points)
        if y_axis == "linear" or y > 0
    ]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if y_axis == "log":
        low, high = (math.log10(max(value, 1e-12)) for value in (low, high or 1.0))
    margin = max(0.03 * (high - low), 1e-9 * max(1.0, abs(high)), 1e-6)
    return (0.0, right if right > 1e-9 else 1.0), (low - margin, high + margin)


def scale(points: Points, y_axis: YAxis) -> Points:
    """Return points as they are drawn: on a logarithmic axis the powers of ten."""
    if y_axis == "linear":
        return points
    return [(x, math.log10(y)) for x, y in points if y > 0]


def choose_y_ticks(shown: Range, y_axis: YAxis, most: int) -> dict[float, str]:
    """Return places of the vertical axis, as they are drawn, and their labels."""
    if y_axis == "linear":
        ticks = choose_ticks(*shown, max(1, most))
        return ticks if len(ticks) > 1 else choose_ticks(*shown, most + 2)
    powers = range(math.floor(shown[0]), math.ceil(shown[1]) + 1)
    values = [digit * 10.0**power for power in powers for digit in OF_TEN]
    inside = [one for one in values if shown[0] <= math.log10(one) <= shown[1]]
    stride = -(-len(inside) // max(1, most)) or 1
    return {math.log10(one): f"{one:g}" for one in inside[::stride]}


def read_at(points: Points, x: float) -> float | None:
    """Return the value of the last point at or before a place; None before the first one."""
    found = [y for at, y in points if at <= x * (1 + 1e-9)]
    return found[-1] if found else None


def average(values: Sequence[float], parts: int) -> list[float]:
    """Return the means of at most `parts` equal parts of a series, without what is no number."""
    points = thin_out(np.arange(len(values), dtype=float), np.array(values, dtype=float), parts)
    return [y for _, y in points]
