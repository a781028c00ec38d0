"""What a classifier says of a text. This module uses no screen, and needs no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from charlm.console.program import format_name

if TYPE_CHECKING:
    from seq.imdb.library import Prediction

CERTAIN = 1e-12
"""Least distance of a probability from 0 and 1 where its log-odds are said."""


@dataclass(frozen=True)
class Opinion:
    """The class that a classifier gives to a text, and how sure it is."""

    label: str | None
    """The most probable class; None for a text without words."""
    shares: Mapping[str, float]
    """Probability of each class, in the order of the classifier."""
    words: int = 0
    """Words of the text."""
    unknown: int = 0
    """Words that the classifier does not know."""

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        """Return what a prediction says."""
        shares = dict(prediction.probabilities)
        return cls(prediction.label, shares, prediction.words, prediction.unknown)

    @classmethod
    def from_json(cls, found: Any) -> Self | None:
        """Return what `to_json` returned, or None for anything else."""
        if not isinstance(found, dict) or not isinstance(shares := found.get("shares"), dict):
            return None
        label, words, unknown = (found.get(name) for name in ("label", "words", "unknown"))
        good = all(type(one) is float and 0 <= one <= 1 for one in shares.values())
        if not good or label not in shares or type(words) is not int or type(unknown) is not int:
            return None
        return cls(label, shares, words, unknown)

    def to_json(self) -> dict[str, Any]:
        """Return the opinion as an object for JSON."""
        shares = dict(self.shares)
        return {"label": self.label, "shares": shares, "words": self.words, "unknown": self.unknown}

    @property
    def probability(self) -> float | None:
        """Probability of the class that is given."""
        return None if self.label is None else self.shares[self.label]

    @property
    def spoken_for(self) -> str | None:
        """The class that positive numbers speak for: the second of two, the given one of more."""
        return list(self.shares)[1] if len(self.shares) == 2 else self.label

    @property
    def log_odds(self) -> float | None:
        """Log-odds, in nats, of the class that positive numbers speak for."""
        if self.label is None or self.spoken_for is None:
            return None
        share = min(max(self.shares[self.spoken_for], CERTAIN), 1 - CERTAIN)
        return math.log(share / (1 - share))


def describe_words(opinion: Opinion) -> str:
    """Return how many words a text has, and how many of them are not known."""
    if not opinion.words:
        return "no words"
    words = f"{opinion.words:,} word{'s' * (opinion.words > 1)}"
    if not opinion.unknown:
        return f"{words}, all known"
    if opinion.unknown == opinion.words:
        return f"{words}, none of them known: a guess"
    return f"{words}, {opinion.unknown:,} unknown"


def describe_opinion(opinion: Opinion) -> str:
    """Return the class in capitals, and how sure the classifier is of it."""
    if opinion.label is None or opinion.probability is None:
        return "no words, so no verdict"
    return f"{format_name(opinion.label).upper()} {opinion.probability:.1%}"
