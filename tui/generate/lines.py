"""Where the lines of a text break. No screen here."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len


def breaks(text: str, start: int, width: int) -> Iterator[int]:
    """Yield where each line after the first begins, in `text` from `start` on.

    A line ends with a line feed, else behind the last blank that fits, else where it is full.
    """
    while True:
        feed = text.find("\n", start)
        end = len(text) if feed < 0 else feed
        paragraph = text[start:end]
        # Most text has a cell for each character: then a line costs a search, not a loop.
        simple = cell_len(paragraph) == len(paragraph)
        broken = _breaks(paragraph, width) if simple else _breaks_of_wide(paragraph, width)
        for at in broken:
            yield start + at
        if feed < 0:
            return
        yield end + 1
        start = end + 1


def _breaks(paragraph: str, width: int) -> Iterator[int]:
    """Yield the breaks in a line of characters of one cell each."""
    begin = 0
    while (full := begin + width) < len(paragraph):
        while full < len(paragraph) and paragraph[full] == " ":  # blanks may stand in the margin
            full += 1
        if full == len(paragraph):
            return
        begin = paragraph.rfind(" ", begin, full) + 1 or full
        yield begin


def _breaks_of_wide(paragraph: str, width: int) -> Iterator[int]:
    """Yield the breaks in a line of characters of any width."""
    begin = cells = 0
    blank = -1
    for index, character in enumerate(paragraph):
        size = cell_len(character)
        if cells + size > width and character != " ":
            cut = blank + 1 if blank >= begin else index
            yield cut
            cells = cell_len(paragraph[cut:index])
            begin, blank = cut, -1
        cells += size
        if character == " ":
            blank = index
