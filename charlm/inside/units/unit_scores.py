"""How well units follow a feature: areas under the ROC curve and rank correlations, all at once.

Both depend on the order of values alone: a unit that is squashed, or whose scale differs from that
of the feature, loses nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats


def rank(values: npt.NDArray[np.floating] | npt.NDArray[np.integer]) -> Floats:
    """Return the ranks of values among those of their row, from 1; equal values share the mean.

    Args:
        values: (K, N), K series of N values.

    Returns:
        (K, N), float64.
    """
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    places = np.arange(values.shape[1])
    starts = np.ones(values.shape, np.bool_)  # where a run of equal values begins,
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.ones(values.shape, np.bool_)  # and where it ends
    ends[:, :-1] = starts[:, 1:]
    first = np.maximum.accumulate(np.where(starts, places, 0), axis=1)
    backwards = np.where(ends, places, values.shape[1])[:, ::-1]
    last = np.minimum.accumulate(backwards, axis=1)[:, ::-1]
    ranks = np.empty(values.shape, np.float64)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=1)
    return ranks


def compute_auc(ranks: Floats, yes: npt.NDArray[np.bool_]) -> Floats:
    """Return the area under the ROC curve of each series, (K,).

    It is the chance that the value at a random yes is above that at a random no, where equal values
    count one half: AUC = (R - n (n + 1) / 2) / (n m), with n yes of rank sum R, and m no (Mann and
    Whitney 1947). 0.5 is chance; 0 is as good as 1, in the other direction.

    Args:
        ranks: ranks of the values, (K, N).
        yes: whether each of the N is a yes; both answers occur.
    """
    n = int(yes.sum())
    m = len(yes) - n
    return np.asarray((ranks @ yes.astype(np.float64) - n * (n + 1) / 2) / (n * m))


def compute_spearman(ranks: Floats, others: Floats) -> Floats:
    """Return the rank correlation of each series with another one, (K,), from -1 to 1.

    Spearman's r is Pearson's r of the ranks (Spearman 1904). A series that is constant has 0.

    Args:
        ranks: ranks of the values, (K, N).
        others: ranks of the other series, (N,).
    """
    own = ranks - ranks.mean(axis=1, keepdims=True)
    other = others - others.mean()
    norms = np.linalg.norm(own, axis=1) * np.linalg.norm(other)
    return np.asarray(own @ other / np.maximum(norms, 1e-12))


def score(
    values: npt.NDArray[np.floating], labels: npt.NDArray[np.int64], is_number: bool
) -> Floats:
    """Return how well each series follows a feature, (K,): its AUC, or Spearman's r for a number.

    Args:
        values: (K, N), K series of N values.
        labels: the feature, (N,).
        is_number: whether the feature is a number, or a yes (1) or no (0).
    """
    return score_ranks(rank(values), labels, is_number)


def score_ranks(ranks: Floats, labels: npt.NDArray[np.int64], is_number: bool) -> Floats:
    """Return what `score` returns, for values whose ranks (K, N) are known."""
    if is_number:
        return compute_spearman(ranks, rank(labels[None])[0])
    return compute_auc(ranks, labels > 0)


def find_strength(scores: Floats, is_number: bool) -> Floats:
    """Return how far scores are from chance in either direction, from 0 to 1.

    |r| for a number; |2 AUC - 1| for yes or no.
    """
    return np.abs(scores if is_number else 2 * scores - 1)
