"""Metrics of a classifier, computed from its probabilities with NumPy alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

BINS = 15
"""Number of bins of the calibration error, as in Guo, Pleiss, Sun and Weinberger (2017)."""
TOLERANCE = 1e-3
"""Greatest distance of the sum of probabilities from 1. In fp16 it is a few times 1e-4."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Metrics of the predictions for some examples. The most probable class is the prediction.

    A metric that would be 0/0 is 0: the precision of a class that is never predicted, the recall of
    a class that never occurs. With two classes, `f1[1]` is the F1 of the positive class.
    """

    examples: int
    """Number of examples."""
    accuracy: float
    """Share of examples whose class was predicted."""
    log_loss: float
    """Mean cross-entropy, in nats."""
    calibration_error: float
    """Expected calibration error: mean difference of confidence and accuracy over 15 bins of equal
    width of the confidence in the predicted class (Guo et al. 2017, equation 3)."""
    macro_f1: float
    """Mean of `f1` over the classes that occur or are predicted."""
    precision: tuple[float, ...]
    """Precision of each class: the share of its predictions that are right."""
    recall: tuple[float, ...]
    """Recall of each class: the share of its examples that were predicted as this class."""
    f1: tuple[float, ...]
    """F1 of each class: the harmonic mean of its precision and recall."""
    confusion: tuple[tuple[int, ...], ...]
    """Number of examples of each true class (rows) that were predicted as each class (columns)."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as an object that JSON gives back unchanged."""
        return {
            **asdict(self),
            "precision": list(self.precision),
            "recall": list(self.recall),
            "f1": list(self.f1),
            "confusion": [list(row) for row in self.confusion],
        }


def report(probabilities: np.ndarray, labels: np.ndarray) -> Report:
    """Compare predictions with the true classes.

    The log loss is computed in float64, with probabilities of at least 2.2e-308: a wrong prediction
    with full confidence costs 708 nats, not infinity. Give probabilities from a float64 softmax. In
    float32, a probability is 0 if its loss is greater than 104 nats.

    Args:
        probabilities: floats (N, C) for N >= 1 examples and C >= 2 classes; each row sums to 1.
            Of equally probable classes, the first is the prediction.
        labels: integers (N,) from 0 to C - 1.

    Raises:
        ValueError: shapes, types or values are different.
    """
    probabilities, labels = _validate(probabilities, labels)
    examples, classes = probabilities.shape
    predicted = probabilities.argmax(axis=1)
    pairs = np.bincount(labels * classes + predicted, minlength=classes * classes)
    confusion = pairs.reshape(classes, classes)
    true, guessed, right = confusion.sum(axis=1), confusion.sum(axis=0), confusion.diagonal()
    f1 = 2 * right / np.maximum(true + guessed, 1)
    rows = np.arange(examples)
    label_probabilities = np.clip(probabilities[rows, labels], np.finfo(np.float64).tiny, 1.0)
    return Report(
        examples=examples,
        accuracy=float(right.sum() / examples),
        log_loss=float(-np.log(label_probabilities).mean()) + 0.0,  # never -0.0
        calibration_error=_calibration_error(probabilities[rows, predicted], predicted == labels),
        macro_f1=float(f1[true + guessed > 0].mean()),
        precision=tuple((right / np.maximum(guessed, 1)).tolist()),
        recall=tuple((right / np.maximum(true, 1)).tolist()),
        f1=tuple(f1.tolist()),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )


def _validate(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    probabilities, labels = np.asarray(probabilities), np.asarray(labels)
    if probabilities.ndim != 2 or len(probabilities) < 1 or probabilities.shape[1] < 2:
        raise ValueError(
            f"probabilities must be (N, C) with N >= 1 and C >= 2, not {probabilities.shape}"
        )
    if not np.issubdtype(probabilities.dtype, np.floating):
        raise ValueError(f"probabilities must be floats, not {probabilities.dtype}")
    examples, classes = probabilities.shape
    if labels.shape != (examples,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be ({examples},) ints, not {labels.shape} {labels.dtype}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must be from 0 to {classes - 1}")
    probabilities = probabilities.astype(np.float64)
    # In this form NaN fails both comparisons.
    if not (probabilities.min() >= 0 and np.abs(probabilities.sum(axis=1) - 1).max() <= TOLERANCE):
        raise ValueError("the probabilities of an example must be at least 0 and sum to 1")
    return probabilities, labels.astype(np.int64)


def _calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error; bin m of M is ((m - 1)/M, m/M]."""
    bins = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))
