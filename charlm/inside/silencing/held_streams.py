"""Losses with something held, for many holds at once: each has a stream of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from charlm.arrays import Floats
from charlm.generation.hold import Hold
from charlm.generation.network import Network, State
from charlm.generation.tokens import log_softmax
from charlm.inside.memory.context_curves import Progress, ignore
from charlm.inside.reading import read_in_streams
from charlm.inside.traces import name_unit
from corpora.text.vocabulary import Ids

AT_ONCE = 256
"""Streams that are read side by side, each with something else silenced."""
WARM_UP = 64
"""Characters that are read before the first one that counts."""
HURT = 3
"""Characters that are named with each target."""


@dataclass(frozen=True)
class Target:
    """What is silenced: a field of one unit, or of a whole layer."""

    layer: int
    """The layer, from 0 at the bottom."""
    field: str
    """What of it: hidden, cell, a gate."""
    unit: int | None = None
    """The unit, from 0; None for the whole layer."""

    @property
    def name(self) -> str:
        """How the target is written: 3.42, or 3 for a layer, counted from 1."""
        return str(self.layer + 1) if self.unit is None else name_unit((self.layer, self.unit))


@dataclass(frozen=True)
class Loss:
    """What a model loses when one target is silenced."""

    target: Target
    """What is silenced."""
    increase: float
    """By how much the loss grows, in nats per character."""
    error: float
    """Standard error of that, over the characters."""
    hurt: tuple[tuple[str, float], ...]
    """The characters that lose most in all, with the mean growth of their surprisal, in nats."""


def measure_losses(
    network: Network,
    ids: Ids,
    targets: Sequence[Target],
    held: dict[str, Floats],
    *,
    symbols: Sequence[str],
    progress: Progress = ignore,
) -> tuple[float, list[Loss]]:
    """Return the loss of the untouched model, and what it loses with each target silenced.

    Each target has a stream of its own that reads the whole text, and beside them an untouched one
    does. The 64 characters at the start are read, but do not count.

    Args:
        network: the model.
        ids: the text, (T,), at least 2 characters.
        targets: what is silenced.
        held: the values (L, H) that fields are held at, by their names.
        symbols: the symbols of the vocabulary, V.
        progress: called with the number of characters that have been read.
    """
    losses: list[Loss] = []
    base = math.nan
    for start in range(0, max(1, len(targets)), AT_ONCE):
        block = targets[start : start + AT_ONCE]
        base, found = _measure_block(network, ids, block, held, symbols, progress)
        losses += found
    return base, losses


def count_predicted(length: int) -> int:
    """Return how many characters of a text of `length` characters count: not those at its start."""
    return length - max(1, min(WARM_UP, length // 2))


def _measure_block(
    network: Network,
    ids: Ids,
    targets: Sequence[Target],
    held: dict[str, Floats],
    symbols: Sequence[str],
    progress: Progress,
) -> tuple[float, list[Loss]]:
    streams = len(targets) + 1  # the last one is untouched
    state = State(network.hold(list(make_holds(targets, held))), streams)
    totals, squares = np.zeros(streams), np.zeros(streams)
    by_symbol = np.zeros((len(symbols), streams))
    seen = np.zeros(len(symbols))
    base, count = 0.0, count_predicted(len(ids))
    for place in range(len(ids) - 1):
        network.step(state, np.full(streams, ids[place]))
        progress(streams)
        if place + 1 < len(ids) - count:
            continue
        nats = -log_softmax(state.logits)[ids[place + 1]]
        more = nats - nats[-1]
        base += float(nats[-1])
        totals += more
        squares += more**2
        by_symbol[ids[place + 1]] += more
        seen[ids[place + 1]] += 1
    means = totals / count
    errors = np.sqrt(np.maximum(squares / count - means**2, 0) / count)
    losses = [
        Loss(target, float(means[n]), float(errors[n]), _list_hurt(by_symbol[:, n], seen, symbols))
        for n, target in enumerate(targets)
    ]
    return base / count, losses


def _list_hurt(
    totals: Floats, seen: Floats, symbols: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-totals, kind="stable")[:HURT].tolist()
    return tuple((symbols[n], float(totals[n] / seen[n])) for n in order if totals[n] > 0)


def make_holds(targets: Sequence[Target], held: dict[str, Floats]) -> Iterator[Hold]:
    """Yield what silences the first target in the first stream, the second in the second, ..."""
    groups: dict[tuple[int, str], list[tuple[int, int | None]]] = {}
    for stream, target in enumerate(targets):
        groups.setdefault((target.layer, target.field), []).append((stream, target.unit))
    for (layer, field), places in groups.items():
        values = held[field][layer]
        every = np.arange(len(values))
        units = [every if unit is None else np.array([unit]) for _, unit in places]
        streams = [np.full(len(own), n) for own, (n, _) in zip(units, places, strict=True)]
        chosen = np.concatenate(units)
        numbers = values[chosen].astype(np.float32)
        yield Hold(layer, field, chosen, numbers, np.concatenate(streams))


def compute_means(
    network: Network, ids: Ids, fields: Sequence[str], progress: Progress = ignore
) -> dict[str, Floats]:
    """Return the mean (L, H) of fields over a text, by their names.

    Args:
        network: the model.
        ids: the text, (T,).
        fields: names of `charlm.generation.cells.FIELDS`.
        progress: called with the number of characters that have been read.
    """
    shape = (network.config.num_layers, network.config.hidden_size)
    sums = {field: np.zeros(shape) for field in fields}
    for reading in read_in_streams(network, ids):
        progress(int(reading.counts.sum()))
        for layer, values in enumerate(reading.state.layers):
            for field, total in sums.items():
                total[layer] += values.fields[field][:, reading.counts].sum(axis=1)
    return {field: total / len(ids) for field, total in sums.items()}
