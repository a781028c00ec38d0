"""Predictions from texts in which one character is left out, for many characters side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.generation.network import Network, State
from charlm.generation.tokens import log_softmax
from corpora.text.vocabulary import Ids

AT_ONCE = 256
"""Streams that are read side by side."""

Memory = list[npt.NDArray[np.float32]]
"""What a state carries, (H, N) for each part of each layer, for N streams."""


def leave_out(
    network: Network,
    texts: Ids,
    following: Ids,
    sources: Ids,
    places: Ids,
    progress: Callable[[int], object] = lambda done: None,
) -> Floats:
    """Return what each of J characters adds to the prediction after its text, (J,), in nats.

    It is log p(next) minus log p(next) if the character had not been there. Each text is read once;
    then one stream a character takes up the state before it, and reads what comes after it.

    Args:
        network: the model.
        texts: S texts of equal length, (S, T); each follows a state of zeros.
        following: the character (S,) that is predicted after each of them.
        sources: the text (J,) of each character that is left out.
        places: its place (J,) in that text.
        progress: called with the number of characters that have been read.
    """
    order = np.argsort(places, kind="stable")  # streams of a block then begin at about one time
    sources, places = sources[order], places[order]
    log_probs, early, memory = _remember(network, texts, following, sources, places, progress)
    last = texts.shape[1] - 1
    without = early[sources]  # right for the last character: nothing comes after it
    for start in range(0, int(np.searchsorted(places, last)), AT_ONCE):
        jobs = slice(start, min(start + AT_ONCE, int(np.searchsorted(places, last))))
        taken = [array[:, jobs] for array in memory]
        without[jobs] = _go_on(network, texts[sources[jobs]], places[jobs], taken, progress)[
            following[sources[jobs]], range(jobs.stop - jobs.start)
        ]
    found = np.empty(len(places))
    found[order] = log_probs[sources] - without
    return found


def _list_memory(state: State) -> list[Any]:
    return [array for layer in state.layers for array in layer.memory]


def _remember(
    network: Network,
    texts: Ids,
    following: Ids,
    sources: Ids,
    places: Ids,
    progress: Callable[[int], object],
) -> tuple[Floats, Floats, Memory]:
    """Read the texts once.

    Returns:
        log p(next) (S,) after all of each text, and after all but its last character; and the
        memory (H, J) before each of the places.
    """
    count, length = texts.shape
    state = State(network, count)
    memory = [np.empty((len(a), len(places)), np.float32) for a in _list_memory(state)]
    early = np.zeros(count)
    for time in range(length):
        jobs = slice(*np.searchsorted(places, (time, time + 1)))
        for kept, array in zip(memory, _list_memory(state), strict=True):
            kept[:, jobs] = array[:, sources[jobs]]
        if time == length - 1:
            early = log_softmax(state.logits)[following, range(count)]
        network.step(state, texts[:, time])
        progress(count)
    return log_softmax(state.logits)[following, range(count)], early, memory


def _go_on(
    network: Network,
    texts: Ids,
    places: Ids,
    memory: Memory,
    progress: Callable[[int], object],
) -> Floats:
    """Read texts (N, T) from behind the places (N,), rising, with the memory (H, N) before them.

    Returns:
        Log-probabilities (V, N) of what follows.
    """
    state = State(network, len(places))
    for time in range(int(places[0]), texts.shape[1]):
        network.step(state, texts[:, time])  # what has been read up to its place does not count
        now = slice(*np.searchsorted(places, (time, time + 1)))
        for array, kept in zip(_list_memory(state), memory, strict=True):
            array[:, now] = kept[:, now]
        progress(len(places))
    return log_softmax(state.logits)
