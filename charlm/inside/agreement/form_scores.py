"""The log-probabilities of both forms of minimal pairs, many pairs side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.generation.generate import opening_ids
from charlm.generation.network import Network, State
from charlm.generation.tokens import log_softmax
from charlm.inside.agreement.minimal_pairs import Pair
from corpora.text.vocabulary import Vocabulary

STREAMS = 128
"""Prefixes that are read side by side."""

Progress = Callable[[int], object]
"""A function that takes the number of pairs that are read now, in addition to those before."""


def score_forms(
    network: Network,
    vocabulary: Vocabulary,
    pairs: Sequence[Pair],
    progress: Progress | None = None,
) -> Floats:
    """Return the log-probability of the right and of the wrong form of each pair, (N, 2), in nats.

    A form counts with what follows it. Each prefix is read once, after a line feed; pairs are
    sorted by the length of their prefix, so that those side by side end at about the same time.

    Args:
        network: the model.
        vocabulary: its symbols.
        pairs: the pairs, whose characters are all known.
        progress: is called with the number of pairs that have been read since its last call.
    """
    scores = np.zeros((len(pairs), 2))
    order = sorted(range(len(pairs)), key=lambda number: len(pairs[number].prefix))
    for start in range(0, len(order), STREAMS):
        rows = order[start : start + STREAMS]
        scores[rows] = _score(network, vocabulary, [pairs[row] for row in rows])
        if progress is not None:
            progress(len(rows))
    return scores


def _score(network: Network, vocabulary: Vocabulary, pairs: list[Pair]) -> Floats:
    """Return the scores (N, 2) of pairs that are read side by side."""
    prefixes = [opening_ids(vocabulary, pair.prefix) for pair in pairs]
    forms = [
        vocabulary.encode(form + pair.end).astype(np.int64)
        for pair in pairs
        for form in (pair.right, pair.wrong)
    ]
    lengths = np.array([len(prefix) for prefix in prefixes])
    ids = np.zeros((len(pairs), lengths.max()), np.int64)
    for stream, prefix in enumerate(prefixes):
        ids[stream, : len(prefix)] = prefix
    scores = np.zeros((len(pairs), 2))
    state = State(network, len(pairs))
    for place, column in enumerate(ids.T, 1):
        network.step(state, column)
        ended = np.flatnonzero(lengths == place)  # these go on in a state of their own
        if len(ended):
            both = [form for stream in ended for form in forms[2 * stream : 2 * stream + 2]]
            found = _read_forms(network, state.take(np.repeat(ended, 2)), both)
            scores[ended] = found.reshape(-1, 2)
    return scores


def _read_forms(network: Network, state: State, forms: list[npt.NDArray[np.int64]]) -> Floats:
    """Return the log-probability (S,) of each of S forms, read on from the streams of `state`."""
    total = np.zeros(len(forms))
    for place in range(max(map(len, forms))):
        here = np.array([place < len(form) for form in forms])
        ids = np.array([form[min(place, len(form) - 1)] for form in forms])
        total += np.where(here, log_softmax(state.logits)[ids, np.arange(len(ids))], 0.0)
        network.step(state, ids)
    return total
