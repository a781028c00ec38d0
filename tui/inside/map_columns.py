"""The columns of a map and the blocks in them. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

BLOCKS = "▁▂▃▄▅▆▇"
"""Heights of a cell; a full block would touch the row above."""
NARROWEST, WIDEST = 2, 13
"""Cells of a column, with the gap after it."""
MARGIN = 4
"""Columns that are kept between the cursor and an edge, where the text goes on there."""
SIGN_FROM = 1 / 4
"""Least size of a negative number that is marked: what is smaller has the lowest block."""


def draw_block(value: float) -> str:
    """Return the block of a number from -1 to 1: its height is the number's size."""
    return BLOCKS[min(int(abs(value) * len(BLOCKS)), len(BLOCKS) - 1)]


def is_marked(value: float) -> bool:
    """Return whether a minus stands beside the block."""
    return value <= -SIGN_FROM


class Columns:
    """Which places of the text are seen, and where.

    Args:
        labels: what stands above the columns.
        start: place of the first one in the text.
        left: place of the first one that is seen.
    """

    def __init__(self, labels: Sequence[str], start: int, left: int = 0) -> None:
        self.labels, self.start, self.left = labels, start, left

    def measure(self, place: int) -> int:
        """Return the width of a column: that of its label and a gap, within bounds."""
        return max(NARROWEST, min(WIDEST, cell_len(self.labels[place - self.start]) + 1))

    @property
    def end(self) -> int:
        """The place after the last one."""
        return self.start + len(self.labels)

    def visible(self, width: int) -> Iterator[tuple[int, str, int]]:
        """Yield the place, label and width of each column that fits wholly."""
        used = 0
        for place in range(max(self.left, self.start), self.end):
            own = self.measure(place)
            if used + own > width:
                return
            used += own
            yield place, self.labels[place - self.start], own

    def find_place(self, x: int) -> int | None:
        """Return the place whose column covers a cell; None if there is none."""
        used = 0
        for place, _, own in self.visible(max(x + WIDEST, 0)):
            if used <= x < used + own:
                return place
            used += own
        return None

    def find_cells(self, place: int, width: int) -> tuple[int, int] | None:
        """Return the cells of a column, from and to; None if it is not seen."""
        used = 0
        for one, _, own in self.visible(width):
            if one == place:
                return used, used + own
            used += own
        return None

    def show_around(self, place: int, width: int) -> None:
        """Show the text from its start if a place is seen then, else the place in the middle."""
        self.left, used = self.start, 0
        for one in range(place, self.start - 1, -1):
            used += self.measure(one)
            if used > width - MARGIN * NARROWEST:
                break
        else:
            return
        self.left, used = place, 0
        while self.left > self.start and used + self.measure(self.left - 1) <= width // 2:
            self.left -= 1
            used += self.measure(self.left)

    def keep_in_view(self, place: int, width: int) -> None:
        """Move the columns so that a place is seen, and some on either side of it."""
        if not self.start <= place < self.end or width < NARROWEST:
            return
        if self.find_cells(place, width) is None:
            self.show_around(place, width)
        first, last = max(self.start, place - MARGIN), min(self.end - 1, place + MARGIN)
        self.left = max(self.start, min(self.left, first))
        while self.left < place and self._measure_until(last) > width:
            self.left += 1
        # At the end of the text no room is left empty.
        while self.left > self.start and self._measure_until(self.end - 1, self.left - 1) <= width:
            self.left -= 1

    def _measure_until(self, last: int, first: int | None = None) -> int:
        """Return the cells from the first column that is seen up to another one."""
        begin = self.left if first is None else first
        # Most of a long text lies beyond any screen: its columns need not be measured.
        return sum(map(self.measure, range(begin, min(last, begin + 1000) + 1)))
