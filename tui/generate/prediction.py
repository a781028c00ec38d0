"""What a model expects at a place, and what sampling makes of it. This module uses no screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charlm.generation.sampling import Sampling, weigh_symbols
from charlm.generation.tokens import log_softmax


@dataclass(frozen=True)
class Candidate:
    """A symbol that may come next."""

    symbol: str
    id: int
    share: float
    """Probability that the model gives it."""
    drawn: float
    """Probability with which it is drawn, after temperature, top-k and top-p."""


@dataclass(frozen=True)
class Prediction:
    """What a model expected at a place of a text."""

    candidates: Sequence[Candidate]
    """The likeliest symbols, the likeliest first."""
    entropy: float
    """Entropy of the distribution of the model, in bits."""
    there: Candidate | None
    """What stands there; None at the end of the text."""
    rank: int
    """How many symbols were likelier than that."""
    kept: int
    """How many symbols can be drawn."""

    @property
    def surprisal(self) -> float | None:
        """Surprisal of what stands there, in bits."""
        if self.there is None:
            return None
        return -math.log2(self.there.share) if self.there.share else math.inf


def predict(
    logits: np.ndarray,
    symbols: Sequence[str],
    sampling: Sampling,
    *,
    count: int,
    there: int | None = None,
) -> Prediction:
    """Return the likeliest symbols, and how sampling would draw them.

    Args:
        logits: logits (V,) of the model.
        symbols: the V symbols.
        sampling: temperature, top-k and top-p.
        count: number of candidates.
        there: id of the symbol that stands there, if any.
    """
    log_probs = log_softmax(logits)
    shares, drawn = np.exp(log_probs), draw_shares(logits, sampling)

    def candidate(index: int) -> Candidate:
        return Candidate(symbols[index], index, float(shares[index]), float(drawn[index]))

    order = np.argsort(-log_probs, kind="stable")
    return Prediction(
        candidates=[candidate(index) for index in order[:count].tolist()],
        entropy=float(-(shares * log_probs).sum() / math.log(2)),
        there=None if there is None else candidate(there),
        rank=0 if there is None else int(np.flatnonzero(order == there)[0]),
        kept=int(np.count_nonzero(drawn)),
    )


def draw_shares(logits: np.ndarray, sampling: Sampling) -> np.ndarray:
    """Return the probability (V,) with which each symbol is drawn."""
    if sampling.temperature == 0:  # always the likeliest
        certain = np.zeros(len(logits))
        certain[np.argmax(logits)] = 1.0
        return certain
    mass = weigh_symbols(logits[:, None], sampling)[:, 0]
    shares: np.ndarray = mass / mass.sum()
    return shares


def name_cut(sampling: Sampling) -> str:
    """Return what keeps symbols from being drawn, for the screen."""
    if sampling.temperature == 0:
        return "T 0"
    names = {"top-k": sampling.top_k, "top-p": sampling.top_p}
    return " and ".join(name for name, value in names.items() if value is not None)
