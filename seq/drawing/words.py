"""A text whose words are coloured by what they contribute."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from charlm.console.program import printable

Scale = tuple[str, str, str]
"""Styles of a weak, a middling and a strong contribution."""
Scales = tuple[Scale, Scale]
"""Of what speaks for the label, and of what speaks against it."""

COLORS: Scales = (("#8fbf8f", "#4fae5a", "bold #12a03c"), ("#d9a09a", "#d96a5f", "bold #d92d20"))
ON_LIGHT: Scales = (("#4a7f55", "#1f7a33", "bold #0b6b20"), ("#a85d50", "#b3362b", "bold #b01010"))
"""The same on a light ground."""
SIXTEEN: Scales = (("green", "green", "bold green"), ("red", "red", "bold red"))
"""Where there are 16 colours: the nearest to those above would be grey and yellow."""
PLAIN: Scales = (("", "bold", "bold"), ("underline", "underline", "bold underline"))
"""Where there are none."""

EDGES = (0.1, 0.3, 0.6)
"""Shares of the strongest contribution from which on a word is coloured, and more strongly."""


def colored(pieces: Iterable[tuple[str, float]], scales: Scales = COLORS) -> Text:
    """Return a text given in pieces with their contributions, in colour."""
    pieces = list(pieces)
    largest = max((abs(value) for _, value in pieces), default=0.0) or 1.0
    text = Text()
    for piece, value in pieces:
        level = sum(abs(value) / largest >= edge for edge in EDGES)
        text.append(printable(piece), scales[value < 0][level - 1] if level else "")
    return text
