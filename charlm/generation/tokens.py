"""A character of a text with the distribution that the model predicted for it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from corpora.short_repr import ShortRepr


@dataclass(frozen=True, slots=True)
class Token(ShortRepr):
    """A character that was written or read, with the model's prediction for its place.

    Its figures are those of the model, at temperature 1 and without top-k or top-p. They are
    computed when they are asked for: text that is only printed costs no time for them.
    """

    character: str
    """The character itself."""
    id: int
    """Number of the character in the vocabulary."""
    logits: np.ndarray
    """Logits (V,) that the model gave before the character."""
    _log_probs: np.ndarray | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def log_probs(self) -> np.ndarray:
        """Log-probabilities of all symbols, (V,), in nats; computed once."""
        if self._log_probs is None:
            object.__setattr__(self, "_log_probs", log_softmax(self.logits))
        assert self._log_probs is not None
        return self._log_probs

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
        """Entropy of the predicted distribution, in nats."""
        log_probs = self.log_probs
        return float(-(np.exp(log_probs) * log_probs).sum())

    def best(self, count: int) -> list[tuple[int, float]]:
        """Return the `count` likeliest symbols as (id, probability), likeliest first."""
        probabilities = np.exp(self.log_probs)
        best = heapq.nlargest(count, range(len(probabilities)), key=probabilities.__getitem__)
        return [(index, float(probabilities[index])) for index in best]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the log-probabilities of logits (V, ...), over the first axis, in float64."""
    shifted = logits.astype(np.float64) - logits.max(axis=0)
    log_probs: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=0))
    return log_probs
