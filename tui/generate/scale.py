"""Colours of surprisal that can be read on the ground of a theme. This module uses no screen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text
from textual.color import Color

from charlm.console.colors import EDGES, ON_LIGHT, STYLES
from tui.themes import bring_to_contrast, is_light

LEAST_CONTRAST = 4.6
"""Contrast of a text with its ground from which on it can be read (WCAG 2 asks for 4.5)."""
DISAGREEMENT = ("bold #3f8cff", "#6f9fd8", "", "underline #d8905f", "bold underline #ff6a3d")
"""Styles from what A expected far more than B, to what B expected far more than A."""
DISAGREEMENT_PLAIN = ("bold reverse", "bold", "", "underline", "bold underline")
"""The same styles without colours."""
DISAGREEMENT_EDGES = (-2.0, -0.7, 0.7, 2.0)
"""Differences of surprisal in nats, A less B, at which the style changes."""


def make_readable(style: str, ground: Color) -> str:
    """Return a style whose colour is brought nearer to white or black until it can be read."""
    words = style.split()
    if not words or not words[-1].startswith("#"):
        return style
    *more, name = words
    readable = bring_to_contrast(Color.parse(name), ground, least=LEAST_CONTRAST)
    return " ".join([*more, readable.hex6.lower()])


def pick_scale(ground: Color) -> list[str]:
    """Return a style for each level of surprisal, on the ground of a theme."""
    scale = ON_LIGHT if is_light(ground) else STYLES
    return [make_readable(style, ground) for style in scale]


def draw_legend(scale: Sequence[str], *, narrow: bool) -> Text:
    """Return a line that says which surprisal each style stands for."""
    legend = Text("bits " if narrow else "surprise in bits ", no_wrap=True)
    for style, edge in zip(scale, (*EDGES, None), strict=True):
        bits = (edge or EDGES[-1]) / math.log(2)
        legend.append(f" <{bits:.1f} " if edge is not None else f" {bits:.1f}+ ", style)
    return legend
