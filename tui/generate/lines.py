"""Break a text into lines, and join lines that were broken. This module uses no screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

SINGLE = re.compile(r"(?<=[^\s])\n(?=[^\s])")
"""A line end between two characters that are no blanks: not one of a paragraph, a list or verse."""


def reflow(text: str) -> str:
    """Return `text`, as long as it is, with blanks instead of single line ends."""
    return SINGLE.sub(" ", text)


def find_breaks(text: str, start: int, width: int) -> Iterator[int]:
    """Yield the index at which each line after the first begins.

    A line ends with a line feed, else after the last blank that fits, else where it is full.

    Args:
        text: text to break.
        start: index of the first character of the first line.
        width: greatest width of a line, in terminal cells. Blanks at its end may go beyond.
    """
    while True:
        feed = text.find("\n", start)
        end = len(text) if feed < 0 else feed
        paragraph = text[start:end]
        # Most text has one cell per character: then one search finds a break, without a loop.
        narrow = cell_len(paragraph) == len(paragraph)
        found = break_narrow(paragraph, width) if narrow else break_wide(paragraph, width)
        for at in found:
            yield start + at
        if feed < 0:
            return
        yield end + 1
        start = end + 1


def break_narrow(paragraph: str, width: int) -> Iterator[int]:
    """Yield the breaks in a paragraph whose characters take one cell each."""
    begin = 0
    while (full := begin + width) < len(paragraph):
        while full < len(paragraph) and paragraph[full] == " ":  # blanks may go beyond the width
            full += 1
        if full == len(paragraph):
            return
        begin = paragraph.rfind(" ", begin, full) + 1 or full
        yield begin


def break_wide(paragraph: str, width: int) -> Iterator[int]:
    """Yield the breaks in a paragraph whose characters take any number of cells."""
    begin = cells = 0
    blank = -1
    for index, character in enumerate(paragraph):
        size = cell_len(character)
        # Twice, where what follows the blank is too long with this character as well.
        while cells and cells + size > width and character != " ":
            cut = blank + 1 if blank >= begin else index
            yield cut
            cells = cell_len(paragraph[cut:index])
            begin, blank = cut, -1
        cells += size
        if character == " ":
            blank = index
