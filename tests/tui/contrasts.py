"""Contrasts of text, as an exported screen has it."""

from __future__ import annotations

import html
import re

from textual.geometry import Region


def luminance(color: str) -> float:
    """Return the relative luminance of a colour such as #c5c8c6; see WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


CELL = (12.2, 24.4)
"""Width and height of a cell of an exported screen."""


def find_contrasts(picture: str, within: Region | None = None) -> dict[str, float]:
    """Return the contrast of each text of an exported screen with what lies behind it.

    Args:
        picture: the screen, as SVG.
        within: the part of the screen to look at, in cells; by default all of it.
    """
    fills = dict(re.findall(r"\.(terminal-[\w-]+r\d+) {[^}]*fill: (#\w{6})", picture))
    behind = [
        (float(x), float(y), float(width), fill)
        for fill, x, y, width in re.findall(
            r'<rect fill="(#\w{6})" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', picture
        )
    ]
    (window,) = re.findall(r'<rect fill="(#\w{6})" stroke=', picture)
    found = {}
    for name, x, y, text in re.findall(
        r'<text class="(terminal-[\w-]+r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<', picture
    ):
        text = html.unescape(text)
        if not any(map(str.isalnum, text)):
            continue
        cell = (round(float(x) / CELL[0]), int(float(y) / CELL[1] - 0.5))
        if within is not None and not within.contains(*cell):
            continue
        fits = [
            fill
            for left, top, width, fill in behind
            if left - 1 <= float(x) < left + width and top <= float(y) <= top + 24.4
        ]
        found[text] = contrast(fills[name], fits[-1] if fits else window)
    return found
