"""Make the colours of text readable in every theme. This module uses no screen."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color

LEAST = 4.5
"""Least contrast of a text with the ground behind it; see WCAG 2.1, success criterion 1.4.3."""
TEXTS = ("primary", "secondary", "accent", "success", "warning", "error")
"""Names of colours that are used for text, as `$text-NAME` in a style sheet."""
GROUNDS = ("background", "surface", "panel")
"""Names of the colours behind them."""
MIDDLE = 0.18
"""Luminance from which white and black have nearly the same contrast."""
STEP = 0.05
"""Share by which a colour goes toward black or white at a time."""


def make_readable(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a theme with its colours of text far enough from their grounds.

    A colour that is too near to one of the grounds goes toward black or white, whichever is
    farther from them, until it is not. A theme of ANSI colours stays as it is: the terminal says
    what these look like.
    """
    changed = dict(variables)
    try:
        grounds = [Color.parse(variables[name]) for name in GROUNDS]
    except (KeyError, ValueError):
        return changed
    if any(ground.ansi is not None for ground in grounds):
        return changed
    for name in TEXTS:
        text = Color.parse(variables.get(f"text-{name}", "white"))
        changed[f"text-{name}"] = bring_to_contrast(text, *grounds).hex
    return changed


def bring_to_contrast(text: Color, *grounds: Color, least: float = LEAST) -> Color:
    """Return a colour of text, brought nearer to white or black until it can be read.

    Args:
        text: the colour.
        grounds: colours behind it.
        least: least contrast with each of them.
    """
    goal = Color.parse("black" if any(map(is_light, grounds)) else "white")
    shown, share = text, 0.0
    while min(measure_contrast(shown, ground) for ground in grounds) < least and share < 1:
        share = min(share + STEP, 1.0)
        shown = text.blend(goal, share)
    return shown


def is_light(ground: Color) -> bool:
    """Return whether black can be read better on a ground than white."""
    return get_luminance(ground) > MIDDLE


def get_luminance(color: Color) -> float:
    """Return the relative luminance of a colour, from 0 to 1; see WCAG 2.1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, from 1 to 21; see WCAG 2.1."""
    low, high = sorted((get_luminance(one), get_luminance(other)))
    return (high + 0.05) / (low + 0.05)
