"""Colours for the surprisal of a character."""

from __future__ import annotations

from bisect import bisect_right

EDGES = (0.25, 0.75, 1.5, 2.5, 4.0, 6.0)
"""Surprisals in nats at which the colour changes."""
STYLES = ("#6c7a89", "#7fa38a", "#b5bd68", "#f0c674", "#de935f", "#d9534f", "bold #ff2222")
"""Styles from grey for the expected to red for the surprising; Rich adapts them to the terminal."""

ON_LIGHT = ("#7a8590", "#4f7a5e", "#66741a", "#946500", "#b4541a", "#b3261e", "bold #d00000")
"""The same styles on a light background."""
PLAIN = ("dim", "", "", "underline", "bold", "bold underline", "reverse")
"""The same styles without colours."""


def find_level(surprisal: float) -> int:
    """Return the index in `STYLES` for a surprisal in nats."""
    return bisect_right(EDGES, surprisal)
