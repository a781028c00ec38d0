"""A text on a ground that is coloured by a number for each character: terminal, HTML and figure.

Numbers lie from -1 to 1. Blue grounds are negative, red ones positive, and what is near 0 has the
ground of the page: little is near the ground, on dark and on light.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from charlm.arrays import Reals
from charlm.console.program import printable

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture


LEVELS = 7
"""Colours on either side of 0."""
Scale = tuple[Sequence[str], Sequence[str]]
"""Styles for positive and for negative numbers, from weak to strong."""


def _on(ink: Sequence[str], grounds: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{color} on {ground}" for color, ground in zip(ink, grounds, strict=True))


RED_ON_LIGHT = ("#fde3d6", "#f9c0a5", "#f4977b", "#e26952", "#c93c37", "#a01c2b", "#6f0a22")
BLUE_ON_LIGHT = ("#dcebf6", "#b3d4ea", "#7fb6da", "#4a92c6", "#2a6fb0", "#1b4f8f", "#0f3166")
RED_ON_DARK = ("#3a1512", "#5a1c16", "#7f241b", "#a63022", "#cc4430", "#ea6a4d", "#ff9a80")
BLUE_ON_DARK = ("#10243a", "#14365a", "#194a80", "#2163a8", "#2f76bf", "#66a6ea", "#9cc9ff")
BLACK_FIRST = ("#000000",) * 4 + ("#ffffff",) * 3
WHITE_FIRST = ("#ffffff",) * 5 + ("#000000",) * 2

ON_DARK: Scale = (_on(WHITE_FIRST, RED_ON_DARK), _on(WHITE_FIRST, BLUE_ON_DARK))
ON_LIGHT: Scale = (_on(BLACK_FIRST, RED_ON_LIGHT), _on(BLACK_FIRST, BLUE_ON_LIGHT))
SIXTEEN: Scale = (
    ("",) * 2 + ("white on red",) * 3 + ("bold white on red",) * 2,
    ("",) * 2 + ("white on blue",) * 3 + ("bold white on blue",) * 2,
)
"""For terminals of 16 colours."""
PLAIN: Scale = (
    ("",) * 2 + ("bold",) * 3 + ("bold reverse",) * 2,
    ("",) * 2 + ("underline",) * 3 + ("bold underline",) * 2,
)
"""For terminals without colours."""


def name_signs(scale: Scale) -> tuple[str, str]:
    """Return what positive and what negative numbers look like in a scale."""
    return ("bold", "underlined") if scale is PLAIN else ("red", "blue")


def find_level(value: float) -> int:
    """Return the level of a number from -1 to 1: -7 to 7, 0 for what is near 0 or no number."""
    if not np.isfinite(value):
        return 0
    level = min(int(abs(value) * (LEVELS + 0.999)), LEVELS)
    return level if value > 0 else -level


def pick_style(level: int, scale: Scale) -> str:
    """Return the style of a level in a scale; that of level 0 is empty."""
    return scale[level < 0][abs(level) - 1] if level else ""


def color_text(text: str, values: Reals, scale: Scale = ON_DARK) -> Text:
    """Return a text for a terminal, each character on the ground of its number.

    Args:
        text: the text, T characters.
        values: a number from -1 to 1 for each of them, (T,).
        scale: styles of positive and of negative numbers.
    """
    drawn = Text()
    for level, run in _group(text, values):
        drawn.append(printable(run), pick_style(level, scale))
    return drawn


def color_html(text: str, values: Reals, shown: Sequence[str] | None = None) -> str:
    """Return a text as HTML, each character on the ground of its number.

    Args:
        text: the text, T characters.
        values: a number from -1 to 1 for each of them, (T,).
        shown: what is shown where the pointer rests on each of them; nothing by default.
    """
    parts = []
    for place, (character, value) in enumerate(zip(text, values.tolist(), strict=True)):
        title = f' title="{escape(shown[place])}"' if shown is not None else ""
        style = _css(pick_style(find_level(value), ON_LIGHT))
        parts.append(f"<span{style}{title}>{escape(printable(character))}</span>")
    body = "".join(parts)
    return (
        '<pre style="white-space:pre-wrap;background:#ffffff;color:#202020;padding:0.8em;'
        f'line-height:1.5">{body}</pre>'
    )


def _css(style: str) -> str:
    ink, _, ground = style.partition(" on ")
    return f' style="color:{ink};background:{ground}"' if ground else ""


def _group(text: str, values: Reals) -> Iterator[tuple[int, str]]:
    levels = map(find_level, values.tolist())
    for level, run in groupby(zip(levels, text, strict=True), key=lambda pair: pair[0]):
        yield level, "".join(character for _, character in run)


def wrap_text(text: str, width: int, most: int | None = None) -> list[range]:
    """Return the places of the characters of each line, of at most `width` columns.

    A line ends after a line feed, or after the last space that fits. Of more than `most` lines,
    the first ones are returned.
    """
    lines: list[range] = []
    start, column, space = 0, 0, None
    for place, character in enumerate(text):
        if most is not None and len(lines) >= most:
            return lines[:most]
        cells = 1 if character == "\n" else max(1, cell_len(character))
        while column + cells > width and place > start:
            end = space if space is not None else place
            lines.append(range(start, end))
            start, space = end, None
            column = sum(max(1, cell_len(c)) for c in text[start:place])
        column += cells
        if character == "\n":
            lines.append(range(start, place + 1))
            start, column, space = place + 1, 0, None
        elif character == " ":
            space = place + 1
    if start < len(text):
        lines.append(range(start, len(text)))
    return lines[:most]


COLUMNS, LEAST_COLUMNS = 90, 40
"""Most and fewest columns of a text in a figure."""
LINES = 60
"""Most lines of a text in a figure: each letter is drawn by itself, about 300 in a second."""
CELL_WIDTH, CELL_HEIGHT = 0.095, 0.2
"""Inches of a character in a figure."""
TITLE_LETTER = 0.085
"""Inches of a letter of a title: a figure is at least as wide as its title."""


def draw_text_figure(text: str, values: Reals, *, title: str = "") -> Picture:
    """Return a figure of the text, each character on the ground of its number.

    Of a long text, it has the first sixty lines, and says so.

    Args:
        text: the text, T characters.
        values: a number from -1 to 1 for each of them, (T,).
        title: title above it.
    """
    from charlm.drawing.picture import Picture

    lines = wrap_text(text, COLUMNS, most=LINES)
    if lines and lines[-1].stop < len(text):
        title += f" (the first {lines[-1].stop:,} of {len(text):,} characters)"
    longest = max((cell_len(text[line.start : line.stop].strip("\n")) for line in lines), default=0)
    columns = max(longest, LEAST_COLUMNS, int(cell_len(title) * TITLE_LETTER / CELL_WIDTH))
    wide, high = columns * CELL_WIDTH + 0.4, max(1, len(lines)) * CELL_HEIGHT + 0.6
    figure = Picture(figsize=(wide, high), dpi=150)
    axes = figure.add_axes((0.2 / wide, 0.15 / high, 1 - 0.4 / wide, 1 - 0.6 / high))
    axes.set(xlim=(0, columns), ylim=(max(1, len(lines)), 0))
    axes.axis("off")
    for row, places in enumerate(lines):
        column = 0
        for place in places:
            character = text[place]
            cells = max(1, cell_len(character))
            ink, _, ground = pick_style(find_level(float(values[place])), ON_LIGHT).partition(
                " on "
            )
            if ground:
                axes.fill([column, column + cells, column + cells, column],
                          [row, row, row + 1, row + 1], ground, linewidth=0)  # fmt: skip
            if not character.isspace():
                axes.text(
                    column + cells / 2, row + 0.55, printable(character), color=ink or "#202020",
                    family="monospace", fontsize=8.5, ha="center", va="center", parse_math=False,
                )  # fmt: skip
            column += cells
    figure.suptitle(title, fontsize=10, x=0.5, y=1 - 0.2 / high, parse_math=False)
    return figure
