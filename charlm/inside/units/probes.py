"""Linear probes: what can be read from all units of a layer together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.inside.units.unit_scores import rank

RIDGE = 1e-3
"""Weight of the penalty, for a unit of variance 1: enough for units that say the same."""

Labels = Sequence[npt.NDArray[np.int64]]


def fit_and_predict(
    states: npt.NDArray[np.float32], labels: Labels, others: npt.NDArray[np.float32]
) -> Floats:
    """Fit linear probes on some states of a layer, and return what they say of other states.

    Ridge regression in closed form (Hoerl and Kennard 1970; as a probe: Alain and Bengio 2016):
    w = (X'X / N + a I)^-1 X'y / N, where the units X have mean 0 and variance 1, and y are the
    ranks of the labels: what a probe says is measured by ranks as well, and a long tail does not
    count for more. Least squares do not aim at the order itself: a unit that works as a switch may
    score above the probe of its own layer (quotations in war_and_peace: 0.991 and 0.960).

    Args:
        states: states to fit, (N, H).
        labels: F features at these states, (N,) each.
        others: states to judge, (M, H).

    Returns:
        What each probe says of each of the other states, (F, M).
    """
    x = states.astype(np.float64)
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    x = (x - mean) / spread
    y = rank(np.stack(labels)).T / len(x)
    gram = x.T @ x / len(x) + RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, x.T @ (y - y.mean(axis=0)) / len(x))
    return np.asarray(((others - mean) / spread @ weights).T)


def predict_from_characters(
    points: npt.NDArray[np.uint32],
    labels: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """Return what the current character, and what the last two, say of a feature at some places.

    What they say is the mean of the feature, in the first half of the text, at the same character,
    or after the same two; for two, one place more is added whose value is that of the one: so few
    pairs do not say more than they know. A network of random weights echoes the last characters
    as well. What is no better than two characters has no memory worth the name.

    Args:
        points: code points of the text, (T,).
        labels: the feature, (T,).
        places: the places to judge, (N,).
    """
    middle = len(points) // 2
    ones = np.unique(points, return_inverse=True)[1]
    pairs = ones * (int(ones.max()) + 1)
    pairs[1:] += ones[:-1]
    pairs = np.unique(pairs, return_inverse=True)[1]
    overall = np.full(int(ones.max()) + 1, labels[:middle].mean())
    of_one = _average(ones[:middle], labels[:middle], overall)
    of_ones = np.zeros(int(pairs.max()) + 1)
    of_ones[pairs] = of_one[ones]
    of_pair = _average(pairs[:middle], labels[:middle], of_ones)
    return of_one[ones[places]], of_pair[pairs[places]]


def _average(keys: npt.NDArray[np.intp], labels: npt.NDArray[np.int64], prior: Floats) -> Floats:
    """Return the mean label of each key, with one more label for each: that of `prior`, (K,)."""
    sums = np.bincount(keys, weights=labels, minlength=len(prior))
    return np.asarray((sums + prior) / (np.bincount(keys, minlength=len(prior)) + 1))
