"""The colours of attention weights: little is near the ground, in dark and in light themes.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from rich.style import Style
from textual.color import Color

from tui.themes import measure_contrast

ON_DARK = ("#3b2a63", "#33628d", "#1f968b", "#56c667", "#dce318")
"""From purple to yellow: the larger the weight, the lighter."""
ON_LIGHT = ("#d3e5b4", "#8ccf9d", "#3a9c93", "#2f6a92", "#3f2a6e")
"""From pale green to purple: the larger the weight, the darker."""
LEVELS = 12
"""Colours of a scale: so few that the styles of all cells are made once."""
INKS = ("#000000", "#ffffff")


@cache
def make_scale(ground: str, dark: bool) -> tuple[Style, ...]:
    """Return the style of each level, from the ground of the map to the strongest colour.

    Args:
        ground: colour of what lies behind the map, such as #1e1e1e.
        dark: whether the theme is dark.
    """
    stops = [Color.parse(color) for color in (ground, *(ON_DARK if dark else ON_LIGHT))]
    grounds = [_blend(stops, level / (LEVELS - 1)) for level in range(LEVELS)]
    return tuple(Style(color=choose_ink(one.hex), bgcolor=one.hex) for one in grounds)


def find_level(weight: float) -> int:
    """Return the level of a weight from 0 to 1; weights beyond count as the nearer of the two."""
    return min(LEVELS - 1, max(0, int(weight * LEVELS)))


def choose_ink(ground: str) -> str:
    """Return black or white, whichever can be read better; the contrast is at least 4.58."""
    behind = Color.parse(ground)
    return max(INKS, key=lambda ink: measure_contrast(Color.parse(ink), behind))


def _blend(stops: Sequence[Color], share: float) -> Color:
    """Return the colour at a share of the way along the stops."""
    place = share * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    return stops[first].blend(stops[first + 1], place - first)
