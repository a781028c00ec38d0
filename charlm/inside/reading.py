"""How a text is read to look inside a model: in one stream, or in many streams side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlm.generation.generate import read
from charlm.generation.network import Network, State
from charlm.generation.tokens import log_softmax
from corpora.text.vocabulary import Ids

WARM_UP = 256
"""Characters that a stream reads before its first one that counts."""
MIN_STREAM = 1024
"""Fewest characters of a stream, if there are several."""
BLOCK = 1024
"""Characters of a single stream whose surprisals are computed together."""
MAX_STREAMS = 64
"""Most streams that a text is cut into: a character then costs a tenth of one read by itself."""


@dataclass(frozen=True)
class Reading:
    """What has just been read: one character in each of N streams."""

    positions: npt.NDArray[np.int64]
    """The place (N,) in the text of the character that each stream has just read."""
    counts: npt.NDArray[np.bool_]
    """Whether it counts (N,): the last stream may be shorter, and then reads its last one again."""
    state: State
    """The state after it; the next step overwrites it. Its logits predict the next character."""


def read_in_streams(
    network: Network, ids: np.ndarray, *, streams: int | None = None
) -> Iterator[Reading]:
    """Read every character of `ids` once, in streams side by side; yield each step.

    The first stream begins with a state of zeros, the others after the `WARM_UP` characters before
    their part. So what is seen is that of one pass over the text, but for what is more than
    `WARM_UP` characters away.

    Args:
        network: the model.
        ids: the text, (T,), at least one character.
        streams: how many streams; by default one for each 1,024 characters, at most 64.
    """
    if streams is None:
        streams = max(1, min(MAX_STREAMS, len(ids) // MIN_STREAM))
    length = -(-len(ids) // streams)
    starts = np.arange(streams) * length
    state = State(network, streams)  # `start` may give a compiled one, which hides the gates
    if streams > 1:
        for place in range(-min(WARM_UP, length), 0):
            network.step(state, ids[np.clip(starts + place, 0, len(ids) - 1)])
        for layer in state.layers:
            for array in layer.memory:
                array[:, 0] = 0
    for place in range(length):
        positions = starts + place
        counts = positions < len(ids)
        positions = np.minimum(positions, len(ids) - 1)
        network.step(state, ids[positions])
        yield Reading(positions, counts, state)


def compute_surprisals(
    network: Network, ids: np.ndarray, *, streams: int | None = None
) -> npt.NDArray[np.float64]:
    """Return the surprisal of each character but the first, (T - 1,), in nats.

    Up to the warm-up of streams, the mean is what `charlm evaluate` reports.

    Args:
        network: the model.
        ids: the text, (T,), at least two characters.
        streams: see `read_in_streams`.
    """
    surprisals = np.zeros(len(ids) - 1)
    for reading in read_in_streams(network, ids[:-1], streams=streams):
        at = reading.positions[reading.counts]
        log_probs = log_softmax(reading.state.logits[:, reading.counts])
        surprisals[at] = -log_probs[ids[at + 1], np.arange(len(at))]
    return surprisals


def record_stream(
    network: Network, opening: Ids, ids: Ids, values: Mapping[str, np.ndarray]
) -> npt.NDArray[np.float64]:
    """Read a text in one stream, record it, and return its surprisals (T,), in nats.

    Args:
        network: the model.
        opening: what is read before the text, at least one character.
        ids: the text, (T,).
        values: arrays (T, L, H) to fill, by the names of the cell's fields.
    """
    state = State(network, 1)  # `start` may give a compiled one, which shows nothing of the gates
    before = np.empty((BLOCK, network.vocabulary_size), np.float32)
    surprisals = np.empty(len(ids))
    places = [
        (array[:, number], layer.fields[field][:, 0])
        for field, array in values.items()
        for number, layer in enumerate(state.layers)
    ]
    logits = read(network, state, opening)
    for start in range(0, len(ids), BLOCK):
        part = ids[start : start + BLOCK]
        for place in range(len(part)):
            before[place] = logits[:, 0]
            network.step(state, part[place : place + 1])
            for target, source in places:
                target[start + place] = source
        # A block at a time: a call for each character would take a seventh of the time.
        log_probs = log_softmax(before[: len(part)].T)
        surprisals[start : start + len(part)] = -log_probs[part, np.arange(len(part))]
    return surprisals
