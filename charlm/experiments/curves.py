"""Training curves, read from the logs of runs, as panels to draw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm.drawing.panels import Line, Panel
from charlm.experiments.comparison import has_diverged
from charlm.training.log import read_events, to_number
from corpora.errors import UserError

EPOCHS, LOSS, ACCURACY = "passes over the training data", "cross-entropy (nats)", "accuracy"
LARGEST = 1e6
"""Larger figures are left out. They come from runs that diverged, and would set the scale."""
MOST = 1e15
"""Greatest number of steps. A larger number is damage."""


@dataclass(frozen=True)
class Curve:
    """Figures that a run logged at its evaluations. All lists have the same length."""

    name: str
    """Name of the run, for the legend."""
    epochs: list[float]
    """Passes over the training data at each evaluation, ascending."""
    train_loss: list[float]
    """Mean training loss since the evaluation before, in nats. NaN where it is unknown."""
    validation_loss: list[float]
    """Validation loss, in nats."""
    accuracy: list[float]
    """Validation accuracy from 0 to 1. NaN where it is unknown; empty if no evaluation has one."""


def read_curve(name: str, folder: Path) -> Curve:
    """Read the curve of the run in `folder`, and call it `name`.

    Damaged lines are skipped, and so are evaluations without a loss. If an evaluation has no epoch,
    it is computed from its step and from the ratio of epochs to steps in the `step` events. If that
    is missing too, the evaluation is skipped. Of evaluations at the same epoch, as a resumed run
    logs them, the last one counts.

    Raises:
        UserError: no evaluation was logged, or the log cannot be read.
    """
    epochs_per_step = math.nan
    evaluations = []
    for event in read_events(folder):
        if event.get("event") == "evaluated":
            evaluations.append(event)
        elif event.get("event") == "step" and (step := _read_number(event.get("step"), MOST)) > 0:
            ratio = _read_number(event.get("epoch")) / step
            epochs_per_step = epochs_per_step if math.isnan(ratio) else ratio
    points = {}
    for event in evaluations:
        epoch, loss = _read_number(event.get("epoch")), _read_number(event.get("loss"))
        if math.isnan(epoch):
            epoch = epochs_per_step * _read_number(event.get("step"), MOST)
        metrics = event.get("metrics")
        accuracy = _read_number(metrics.get("accuracy") if isinstance(metrics, dict) else None)
        if epoch >= 0 and not math.isnan(loss):  # NaN is not >= 0
            points[epoch] = (epoch, _read_number(event.get("train_loss")), loss, accuracy)
    if not points:
        raise UserError(f"{folder} has logged no evaluation to draw; train it for longer first")
    epochs, train, validation, accuracies = map(list, zip(*sorted(points.values()), strict=True))
    known = not all(math.isnan(accuracy) for accuracy in accuracies)
    return Curve(name, epochs, train, validation, accuracies if known else [])


def read_curves(runs: Mapping[str, Path]) -> list[Curve]:
    """Read the curves of run folders by name. The curve of a run that diverged is empty.

    Raises:
        UserError: a run has logged no evaluation, or a log cannot be read.
    """
    return [
        Curve(name, [], [], [], []) if has_diverged(folder) else read_curve(name, folder)
        for name, folder in runs.items()
    ]


def _read_number(value: object, largest: float = LARGEST) -> float:
    """Return `value` if it is a number of at most `largest`, otherwise NaN."""
    number = to_number(value, largest)
    return math.nan if number is None else number


def make_panels(curves: Sequence[Curve]) -> list[Panel]:
    """Return a panel of the losses and, if a run has accuracies, a panel of these."""

    def line(run: int, values: list[float], dashed: bool = False) -> Line:
        pairs = zip(curves[run].epochs, values, strict=False)
        return Line(run, [pair for pair in pairs if not math.isnan(pair[1])], dashed)

    runs = range(len(curves))
    losses = [line(run, curves[run].train_loss, dashed=True) for run in runs]
    losses += [line(run, curves[run].validation_loss) for run in runs]
    accuracies = [line(run, curves[run].accuracy) for run in runs]
    return [
        Panel(title, EPOCHS, label, lines, x_range=(0.0, _last_epoch(lines)))
        for title, label, lines in (
            ("loss in nats (training dashed)", LOSS, losses),
            ("validation accuracy", ACCURACY, accuracies),
        )
        if any(line.points for line in lines)
    ]


def _last_epoch(lines: Sequence[Line]) -> float:
    """Return the last epoch of the lines, or 1 if it is nearly 0."""
    last = max(x for line in lines for x, _ in line.points)
    return last if last > 1e-6 else 1.0
