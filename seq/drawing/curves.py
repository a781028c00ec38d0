"""Curves of training, read from the logs of runs, as panels to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm.training.log import read_events, to_number
from corpora.errors import UserError
from seq.drawing.panels import Line, Panel

EPOCHS, LOSS, ACCURACY = "passes over the training data", "cross-entropy (nats)", "accuracy"
LARGEST = 1e6
"""Figures beyond it are those of a run that diverged: nothing else could be read beside them."""
MOST = 1e15
"""Steps, beyond which a number is damage."""


@dataclass(frozen=True)
class Curve:
    """What a run logged at each of its evaluations; all lists are equally long."""

    name: str
    epochs: list[float]
    """Passes over the training data, ascending."""
    train_loss: list[float]
    """In nats, the mean since the evaluation before; NaN where it is not known."""
    validation_loss: list[float]
    """In nats."""
    accuracy: list[float]
    """From 0 to 1, NaN where it is not known; empty if no evaluation says it."""


def read_curve(name: str, folder: Path) -> Curve:
    """Read the curve of the run in `folder`.

    Lines that are damaged count as missing, and so does an evaluation that lacks its loss, or
    whose epoch neither it nor the ratio of epochs to steps of the `step` events tells. What a
    resumed run did once more counts once.

    Raises:
        UserError: no evaluation was logged, or the log cannot be read.
    """
    epochs_per_step = math.nan
    evaluations = []
    for event in read_events(folder):
        if event.get("event") == "evaluated":
            evaluations.append(event)
        elif event.get("event") == "step" and (step := _number(event.get("step"), MOST)) > 0:
            ratio = _number(event.get("epoch")) / step
            epochs_per_step = epochs_per_step if math.isnan(ratio) else ratio
    points = {}
    for event in evaluations:
        epoch, loss = _number(event.get("epoch")), _number(event.get("loss"))
        if math.isnan(epoch):
            epoch = epochs_per_step * _number(event.get("step"), MOST)
        metrics = event.get("metrics")
        accuracy = _number(metrics.get("accuracy") if isinstance(metrics, dict) else None)
        if epoch >= 0 and not math.isnan(loss):  # NaN is not >= 0
            points[epoch] = (epoch, _number(event.get("train_loss")), loss, accuracy)
    if not points:
        raise UserError(f"{folder} has logged no evaluation to draw; train it for longer first")
    epochs, train, validation, accuracies = map(list, zip(*sorted(points.values()), strict=True))
    known = not all(math.isnan(accuracy) for accuracy in accuracies)
    return Curve(name, epochs, train, validation, accuracies if known else [])


def _number(value: object, largest: float = LARGEST) -> float:
    """Return `value` if it is a number of at most that size, else NaN."""
    number = to_number(value, largest)
    return math.nan if number is None else number


def curve_panels(curves: Sequence[Curve]) -> list[Panel]:
    """Return the panel of the losses and, if a run has any, that of the accuracies."""

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
    """Return the last epoch of lines, or 1 if there is hardly one."""
    last = max(x for line in lines for x, _ in line.points)
    return last if last > 1e-6 else 1.0
