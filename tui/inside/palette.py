"""Colours of negative and of positive numbers that fit the ground. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual.color import Color

from tui.themes import measure_contrast

LEVELS = 5
"""Colours on either side of 0."""
LEAST_CONTRAST = 4.6
"""Of any of them to the ground: the blocks can be read as text can (4.5 by the web's guidelines).
"""
TINT = 0.12
"""Share of white or black in the ground at the cursor."""
STRONG_ON_DARK = ("#ff9d87", "#9fcaff")
"""The strongest colours of positive and of negative numbers."""
STRONG_ON_LIGHT = ("#8c0f1c", "#0c2f7c")
HUES_ON_DARK = ("#d8402c", "#2f78d0")
"""What they come from: between the ground and these, little is near the ground."""
HUES_ON_LIGHT = ("#d5402e", "#2f74c8")


@dataclass(frozen=True)
class Palette:
    """Colours for numbers from -1 to 1."""

    positive: tuple[Color, ...]
    """Of positive numbers, from weak to strong."""
    negative: tuple[Color, ...]
    """Of negative ones."""
    here: Color
    """Ground of the row and the column at the cursor."""

    def pick(self, value: float) -> Color:
        """Return the colour of a number from -1 to 1."""
        level = min(int(abs(value) * LEVELS), LEVELS - 1)
        return (self.negative if value < 0 else self.positive)[level]


def make_palette(ground: Color) -> Palette:
    """Return the colours for a ground: on a dark one much is light, on a light one much is dark."""
    if ground.ansi is not None:  # the terminal says what its colours look like
        red, blue, grey = map(Color.parse, ("ansi_red", "ansi_blue", "ansi_bright_black"))
        return Palette((red,) * LEVELS, (blue,) * LEVELS, grey)
    dark = ground.brightness < 0.5
    here = ground.blend(Color.parse("#ffffff" if dark else "#000000"), TINT)
    hues, strong = (HUES_ON_DARK, STRONG_ON_DARK) if dark else (HUES_ON_LIGHT, STRONG_ON_LIGHT)
    positive, negative = (
        tuple(_make_level(here, Color.parse(hue), Color.parse(end), n) for n in range(LEVELS))
        for hue, end in zip(hues, strong, strict=True)
    )
    return Palette(positive, negative, here)


def _make_level(ground: Color, hue: Color, end: Color, level: int) -> Color:
    """Return a colour between the hue and the strongest one that can be told from the ground."""
    share = level / (LEVELS - 1)
    while measure_contrast(color := hue.blend(end, share), ground) < LEAST_CONTRAST and share < 1:
        share = min(1.0, share + 0.05)
    return color
