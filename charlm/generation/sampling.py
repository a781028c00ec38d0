"""Sampling of symbols from logits: temperature, top-k, top-p, greedy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corpora.errors import UserError

BLOCK = 256
"""Random numbers drawn at a time for each stream. Drawn one by one, they would make sampling take
31 % longer with 16 streams, and 49 % longer with 256."""


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a symbol is drawn from the logits."""

    temperature: float = 0.7
    """Number that divides the logits: below 1, likely symbols become likelier; 0 always takes the
    likeliest one (greedy)."""
    top_k: int | None = None
    """Draw from the k likeliest symbols only."""
    top_p: float | None = None
    """Draw from the fewest symbols whose probabilities sum to p (nucleus sampling, Holtzman et al.
    2020)."""

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 100:
            raise UserError(f"temperature must lie between 0 and 100, not {self.temperature:g}")
        if self.top_k is not None and self.top_k < 1:
            raise UserError(f"top-k must be at least 1, not {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise UserError(f"top-p must lie above 0 and not above 1, not {self.top_p:g}")


def weigh_symbols(logits: np.ndarray, sampling: Sampling) -> np.ndarray:
    """Return unnormalized probabilities (V, N) from logits (V, N).

    Args:
        logits: one column for each stream.
        sampling: how to draw; the temperature must be above 0.
    """
    # In float64 nothing overflows: the largest exponent is 0, and the rest at most 2**129 * 1e250.
    mass: np.ndarray = np.subtract(logits, np.maximum.reduce(logits), dtype=np.float64)
    np.divide(mass, max(sampling.temperature, 1e-250), mass)
    np.exp(mass, mass)
    if sampling.top_k is not None and sampling.top_k < len(mass):
        # Of equal logits at the edge, the first ones stay: exactly k in all.
        order = np.argsort(-logits, axis=0, kind="stable")
        np.put_along_axis(mass, order[sampling.top_k :], 0.0, axis=0)
    if sampling.top_p is not None and sampling.top_p < 1:
        order = np.argsort(-mass, axis=0, kind="stable")
        ranked = np.take_along_axis(mass, order, axis=0)
        before = np.cumsum(ranked, axis=0) - ranked
        cut = before >= sampling.top_p * ranked.sum(axis=0)
        cut[0] = False
        np.put_along_axis(mass, order, np.where(cut, 0.0, ranked), axis=0)
    return mass


class Sampler:
    """Draws ids from logits for N streams, each with random numbers of its own.

    Stream n draws the same numbers, however many streams there are.

    Args:
        sampling: how to draw.
        seed: the same seed gives the same ids; None takes a seed from the system.
        streams: how many there are, N.

    Raises:
        UserError: the seed is negative.
    """

    def __init__(self, sampling: Sampling, seed: int | None, streams: int = 1) -> None:
        if seed is not None and seed < 0:
            raise UserError(f"the seed must be 0 or more, not {seed}")
        self.sampling = sampling
        seeds = np.random.SeedSequence(seed).spawn(streams)
        self.generators = [np.random.Generator(np.random.PCG64(seed)) for seed in seeds]
        self.block = np.empty((0, streams))
        self.used = 0

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        """Draw an id for each stream, (N,), from logits (V, N)."""
        if self.sampling.temperature == 0:
            return np.asarray(np.argmax(logits, axis=0))
        sums = np.add.accumulate(weigh_symbols(logits, self.sampling))
        # The random number is below 1: the product is below the total, and the index below V.
        marks = self._draw_uniform() * sums[-1]
        if len(marks) == 1:
            return np.asarray(np.searchsorted(sums[:, 0], marks, side="right"))
        return np.asarray(np.count_nonzero(sums <= marks, axis=0))

    def _draw_uniform(self) -> np.ndarray:
        if self.used == len(self.block):
            self.block = np.stack([g.random(BLOCK) for g in self.generators], axis=1)
            self.used = 0
        self.used += 1
        drawn: np.ndarray = self.block[self.used - 1]
        return drawn
