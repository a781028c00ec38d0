"""Colours for how much a character surprises a model."""

from __future__ import annotations

from bisect import bisect_right

EDGES = (0.25, 0.75, 1.5, 2.5, 4.0, 6.0)
"""Nats at which the colour changes."""
STYLES = ("#6c7a89", "#7fa38a", "#b5bd68", "#f0c674", "#de935f", "#d9534f", "bold #ff2222")
"""From grey for what was expected to red for what was not; Rich fits them to the terminal."""

ON_LIGHT = ("#7a8590", "#4f7a5e", "#66741a", "#946500", "#b4541a", "#b3261e", "bold #d00000")
"""The same on a light ground."""
PLAIN = ("dim", "", "", "underline", "bold", "bold underline", "reverse")
"""The same without colours."""


def level(surprisal: float) -> int:
    """Return the index in `STYLES` of a surprisal in nats."""
    return bisect_right(EDGES, surprisal)
