"""Figures of a classifier, from its probabilities. NumPy alone: no torch, no scikit-learn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

BINS = 15
"""Bins of the calibration error, as in Guo, Pleiss, Sun and Weinberger 2017."""
TOLERANCE = 1e-3
"""How far the probabilities of an example may sum from 1: those of fp16 do by a few 1e-4."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """How well the classes of `examples` examples were predicted; the most probable one counts.

    Where a figure would be 0/0 (the precision of a class that is never predicted, the recall of
    one that never occurs) it is 0. With two classes `f1[1]` is the F1 of the positive one.
    """

    examples: int
    accuracy: float
    log_loss: float
    """Mean cross-entropy in nats."""
    calibration_error: float
    """Expected calibration error: confidence and accuracy differ by this much on average, over
    15 equal-width bins of the confidence in the predicted class (Guo et al. 2017, equation 3)."""
    macro_f1: float
    """Mean of `f1` over the classes that occur or are predicted."""
    precision: tuple[float, ...]
    """Of each class: the share of its predictions that are right."""
    recall: tuple[float, ...]
    """Of each class: the share of its examples that are found."""
    f1: tuple[float, ...]
    """Of each class: the harmonic mean of its precision and recall."""
    confusion: tuple[tuple[int, ...], ...]
    """Examples of each true class (rows) that were predicted as each class (columns)."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as a plain object, equal to what comes back from JSON."""
        return {
            **asdict(self),
            "precision": list(self.precision),
            "recall": list(self.recall),
            "f1": list(self.f1),
            "confusion": [list(row) for row in self.confusion],
        }


def report(probabilities: np.ndarray, labels: np.ndarray) -> Report:
    """Judge predictions by the true classes.

    The log loss takes probabilities as they are, in float64, but none below 2.2e-308: a mistake
    made with full certainty costs 708 nats, not infinity. Give a float64 softmax of the logits:
    in float32 a loss beyond 104 nats has no probability to tell it.

    Args:
        probabilities: (N, C) floats of N >= 1 examples and C >= 2 classes; each row sums to 1.
            Of equally probable classes the first is predicted.
        labels: (N,) integers from 0 to C - 1.

    Raises:
        ValueError: shapes, types or values are not as said.
    """
    probabilities, labels = _checked(probabilities, labels)
    examples, classes = probabilities.shape
    predicted = probabilities.argmax(axis=1)
    pairs = np.bincount(labels * classes + predicted, minlength=classes * classes)
    confusion = pairs.reshape(classes, classes)
    true, guessed, right = confusion.sum(axis=1), confusion.sum(axis=0), confusion.diagonal()
    f1 = 2 * right / np.maximum(true + guessed, 1)
    rows = np.arange(examples)
    of_label = np.clip(probabilities[rows, labels], np.finfo(np.float64).tiny, 1.0)
    return Report(
        examples=examples,
        accuracy=float(right.sum() / examples),
        log_loss=float(-np.log(of_label).mean()) + 0.0,  # never -0.0
        calibration_error=_calibration_error(probabilities[rows, predicted], predicted == labels),
        macro_f1=float(f1[true + guessed > 0].mean()),
        precision=tuple((right / np.maximum(guessed, 1)).tolist()),
        recall=tuple((right / np.maximum(true, 1)).tolist()),
        f1=tuple(f1.tolist()),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )


def _checked(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
    # Written so that NaN fails each of them.
    if not (probabilities.min() >= 0 and np.abs(probabilities.sum(axis=1) - 1).max() <= TOLERANCE):
        raise ValueError("the probabilities of an example must be at least 0 and sum to 1")
    return probabilities, labels.astype(np.int64)


def _calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error; bin m of M is ((m - 1)/M, m/M]."""
    bins = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))
