"""A text whose words are coloured by their contributions."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from charlm.console.program import printable

Scale = tuple[str, str, str]
"""Styles of a weak, a medium and a strong contribution."""
Scales = tuple[Scale, Scale]
"""Scales of positive and of negative contributions."""

COLORS: Scales = (("#8fbf8f", "#4fae5a", "bold #12a03c"), ("#d9a09a", "#d96a5f", "bold #d92d20"))
ON_LIGHT: Scales = (("#4a7f55", "#1f7a33", "bold #0b6b20"), ("#a85d50", "#b3362b", "bold #b01010"))
"""Scales for a light background."""
SIXTEEN: Scales = (("green", "green", "bold green"), ("red", "red", "bold red"))
"""Scales for terminals of 16 colours. The nearest ones to `COLORS` would be grey and yellow."""
PLAIN: Scales = (("", "bold", "bold"), ("underline", "underline", "bold underline"))
"""Scales for terminals without colours."""

EDGES = (0.1, 0.3, 0.6)
"""Shares of the strongest contribution at which the weak, medium and strong styles begin."""


def color_words(pieces: Iterable[tuple[str, float]], scales: Scales = COLORS) -> Text:
    """Return a text in which each piece is coloured by its contribution.

    Args:
        pieces: the text in pieces, with the contribution of each piece.
        scales: styles of positive and of negative contributions.
    """
    pieces = list(pieces)
    largest = max((abs(value) for _, value in pieces), default=0.0) or 1.0
    text = Text()
    for piece, value in pieces:
        level = sum(abs(value) / largest >= edge for edge in EDGES)
        text.append(printable(piece), scales[value < 0][level - 1] if level else "")
    return text
