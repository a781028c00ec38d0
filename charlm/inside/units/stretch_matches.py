"""Stretches of a text in which given units are on together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlm.generation.network import Network
from charlm.inside.reading import read_in_streams
from charlm.inside.traces import Unit
from charlm.inside.units.samples import Progress

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Match:
    """A stretch of the other text."""

    start: int
    """Its first character, from 0."""
    end: int
    """The character after its last."""
    units: int
    """How many of the units are on throughout."""


def read_bits(
    network: Network,
    ids: np.ndarray,
    units: tuple[Unit, ...],
    signs: tuple[int, ...],
    field: str,
    threshold: float,
    progress: Progress,
) -> Bits:
    """Return which units are on after each character, as bits, (T, K / 8).

    Args:
        network: the model.
        ids: the text, (T,).
        units: the K units, in order.
        signs: 1 for a unit that is on above the threshold, -1 for one below its negative.
        field: what of the units.
        threshold: the absolute value above which a unit is on.
        progress: takes the number of characters that were read since the last call.
    """
    bits = np.zeros((len(ids), -(-len(units) // 8)), np.uint8)
    rows: list[list[int]] = [[] for _ in range(network.config.num_layers)]
    for layer, unit in units:  # in the order of layers, so the parts below keep their order
        rows[layer].append(unit)
    direction = np.array(signs, np.float32)[:, None]
    for reading in read_in_streams(network, ids):
        layers = reading.state.layers
        parts = [layer.fields[field][own] for layer, own in zip(layers, rows, strict=True)]
        on = direction * np.concatenate(parts) > threshold
        counts = reading.counts
        bits[reading.positions[counts]] = np.packbits(on, axis=0).T[counts]
        progress(int(counts.sum()))
    return bits


def find_matches(bits: Bits, units: int, shortest: int, count: int) -> list[Match]:
    """Return the best stretches that do not overlap.

    For each number k of units there are the longest stretches with at least k on at each character;
    of each of them, the units count that are on throughout.

    Args:
        bits: which units are on, (T, K / 8).
        units: how many units there are, K, at least 1.
        shortest: characters of a stretch, at least.
        count: how many stretches to return, at most.
    """
    on = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    found: list[tuple[int, int, int]] = []
    for least in range(units, (units + 1) // 2 - 1, -1):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], on >= least, [0]])))
        starts, ends = edges[::2], edges[1::2]
        kept = ends - starts >= shortest
        for first, last in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True):
            through = int(np.bitwise_count(np.bitwise_and.reduce(bits[first:last])).sum())
            if 2 * through >= units:
                found.append((through, last - first, first))
    taken = np.zeros(len(bits), np.bool_)
    matches: list[Match] = []
    for through, length, first in sorted(found, key=lambda one: (-one[0], -one[1], one[2])):
        if not taken[first : first + length].any():
            taken[first : first + length] = True
            matches.append(Match(first, first + length, through))
            if len(matches) == count:
                break
    return matches
