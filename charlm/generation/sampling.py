"""From logits to a character: temperature, top-k, top-p, greedy."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from corpora.errors import UserError

BLOCK = 256
"""Random numbers drawn at a time: one by one costs more than the sampling itself."""


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a character is drawn from the logits."""

    temperature: float = 0.7
    """Divides the logits: below 1 the likely becomes likelier; 0 takes the likeliest (greedy)."""
    top_k: int | None = None
    """Draw from the k likeliest characters only."""
    top_p: float | None = None
    """Draw from the fewest characters whose probabilities sum to p (nucleus sampling, Holtzman et
    al. 2020)."""

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 100:
            raise UserError(f"temperature must lie between 0 and 100, not {self.temperature:g}")
        if self.top_k is not None and self.top_k < 1:
            raise UserError(f"top-k must be at least 1, not {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise UserError(f"top-p must lie above 0 and not above 1, not {self.top_p:g}")


@dataclass(frozen=True, slots=True)
class Token:
    """A character that was written or read, and what the model thought before it.

    Figures are the model's own, at temperature 1 with nothing cut off. They are computed when
    asked for: text that is only printed does not pay for them.
    """

    character: str
    id: int
    logits: np.ndarray
    """(V,) before the character."""

    @property
    def log_probs(self) -> np.ndarray:
        """Log-probabilities of all symbols, (V,), in nats."""
        return log_softmax(self.logits)

    @property
    def probability(self) -> float:
        """Probability of this character."""
        return float(np.exp(self.log_probs[self.id]))

    @property
    def surprisal(self) -> float:
        """Negative log-probability of this character, in nats."""
        return float(-self.log_probs[self.id])

    @property
    def entropy(self) -> float:
        """Entropy of the distribution that the character came from, in nats."""
        log_probs = self.log_probs
        return float(-(np.exp(log_probs) * log_probs).sum())

    def best(self, count: int) -> list[tuple[int, float]]:
        """Return the `count` likeliest symbols as (id, probability), likeliest first."""
        probabilities = np.exp(self.log_probs)
        best = heapq.nlargest(count, range(len(probabilities)), key=probabilities.__getitem__)
        return [(index, float(probabilities[index])) for index in best]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return log-probabilities over the first axis, in float64."""
    shifted = logits.astype(np.float64) - logits.max(axis=0)
    log_probs: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=0))
    return log_probs


def weights(logits: np.ndarray, sampling: Sampling) -> np.ndarray:
    """Return what the symbols are drawn in proportion to: (V, N) from logits (V, N), T > 0."""
    # In float64 nothing overflows: the largest exponent is 0, and the rest at most 2**129 * 1e250.
    mass: np.ndarray = np.subtract(logits, np.maximum.reduce(logits), dtype=np.float64)
    np.divide(mass, max(sampling.temperature, 1e-250), mass)
    np.exp(mass, mass)
    if sampling.top_k is not None and sampling.top_k < len(mass):
        # Ties at the edge: exactly k stay, the first ones.
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

    Stream n draws the same numbers however many streams stand beside it.
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
        """Return the ids drawn, (N,), from logits (V, N)."""
        if self.sampling.temperature == 0:
            return np.asarray(np.argmax(logits, axis=0))
        sums = np.add.accumulate(weights(logits, self.sampling))
        # u < 1, so that the product stays below the total and the index below V.
        marks = self._uniform() * sums[-1]
        if len(marks) == 1:
            return np.asarray(np.searchsorted(sums[:, 0], marks, side="right"))
        return np.asarray(np.count_nonzero(sums <= marks, axis=0))

    def _uniform(self) -> np.ndarray:
        if self.used == len(self.block):
            self.block = np.stack([g.random(BLOCK) for g in self.generators], axis=1)
            self.used = 0
        self.used += 1
        drawn: np.ndarray = self.block[self.used - 1]
        return drawn
