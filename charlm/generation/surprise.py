"""A text with the surprise of a model at each of its characters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

import numpy as np

from charlm.arrays import Reals
from corpora.short_repr import ShortRepr

FULL = 6.0
"""Surprisal in nats that gets the strongest colour: one chance in 400."""


@dataclass(frozen=True, eq=False)
class Surprise(ShortRepr):
    """How much each character of a text surprises a model; a notebook shows it in colours."""

    model: str
    """Name of the model."""
    text: str
    """The T characters."""
    surprisals: Reals
    """Negative log-probability of each character, given those before it, in nats, (T,)."""

    @property
    def nats(self) -> float:
        """Mean surprisal in nats per character; not a number for an empty text."""
        return float(np.mean(self.surprisals)) if self.text else math.nan

    @property
    def bits(self) -> float:
        """Mean surprisal in bits per character."""
        return self.nats / math.log(2)

    def _repr_html_(self) -> str:
        from charlm.drawing.colored_text import color_html

        shown = [f"{nats:.2f} nats, {math.exp(-nats):.2%}" for nats in self.surprisals.tolist()]
        page = color_html(self.text, np.minimum(self.surprisals / FULL, 1.0), shown)
        about = f"{escape(self.model)}: {self.nats:.4f} nats, {self.bits:.4f} bits per character"
        return f"{page}<p>{about}; the redder, the more surprising</p>"
