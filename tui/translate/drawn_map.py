"""How a map looks: where its cells stand, and what is in them. This module uses no screen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.translate.contents import WRONG, Map, Row, States, draw_block, find_sign
from tui.widgets.weight_scale import find_level

NARROWEST = 5
"""Least width of the cell of a word, in terminal columns: room for "▐68▌" and a gap."""
BOLD = Style(bold=True)


@dataclass(frozen=True)
class Look:
    """The styles of a map, for a theme."""

    label: Style
    quiet: Style
    """For what is there to be looked up."""
    mark: Style
    """For the cell at the cursor, its word and its step."""
    wrong: Style
    low: Style
    """For a unit whose value is low, or negative."""
    high: Style
    scale: Sequence[Style]
    """For attention weights, from none to all."""


class DrawnMap:
    """A map for a widget of a certain width. Names of actions are left out if they do not fit."""

    def __init__(self, shown: Map, width: int) -> None:
        self.map = shown
        self.cells = self._measure_cells()
        self._starts = [0, *accumulate(self.cells)]
        self._digits = len(str(len(shown.rows)))
        full = max((cell_len(name_row(row)) for row in shown.rows), default=0)
        short = max((cell_len(row.symbol) for row in shown.rows), default=0)
        around = self._digits + 5  # cursor, number, blank; the label; blank, mark, blank
        self.named = around + full + self._starts[-1] <= width or shown.states is not None
        self.margin = (around + (full if self.named else short)) if shown.rows else 0
        self.room = max(0, width - self.margin)
        self.width = self.margin + self._starts[-1]

    def _measure_cells(self) -> list[int]:
        if self.map.states is not None:
            return [1] * len(self.map.states.names)
        return [max(NARROWEST, cell_len(word) + 1) for word in self.map.words]

    def find_cell(self, column: int) -> tuple[int, int]:
        """Return where a cell begins, behind the labels, and its width."""
        return (self._starts[column], self.cells[column]) if self.cells else (0, 1)

    def find_column(self, x: int) -> int:
        """Return the column of a place behind the labels."""
        return bisect_right(self._starts, x - self.margin) - 1

    def draw_head(self, look: Look, column: int, left: int) -> Iterator[Segment]:
        """Draw the words, or the name of the unit at the cursor.

        Args:
            look: the styles.
            column: index of the column of the cursor.
            left: columns that are scrolled out of sight.
        """
        if self.map.states is not None:
            yield from self._draw_unit(self.map.states, look, column, left)
            return
        for index, (word, width) in enumerate(zip(self.map.words, self.cells, strict=True)):
            space = width - 1 - cell_len(word)
            before = " " * (space // 2)
            yield Segment(before, look.label)
            yield Segment(word, look.mark if index == column else look.label)
            yield Segment(" " * (width - cell_len(before + word)), look.label)

    def _draw_unit(self, states: States, look: Look, column: int, left: int) -> Iterator[Segment]:
        name = f"unit {states.names[column]}" if states.names else ""
        if column - left + cell_len(name) + 2 <= self.room:
            yield Segment(" " * column, look.label)
            yield Segment(f"▾ {name}", look.label)
        else:
            line = f"{name} ▾"
            yield Segment(" " * max(0, column + 1 - cell_len(line)), look.label)
            yield Segment(line[-column - 1 :], look.label)

    def draw_label(self, number: int, look: Look, here: bool) -> Iterator[Segment]:
        """Draw the number and the label of a step, with its mark."""
        row = self.map.rows[number]
        style = look.mark if here else look.label
        yield Segment("▸" if here else " ", look.label)
        yield Segment(f"{number + 1:>{self._digits}} ", look.label if here else look.quiet)
        text = name_row(row) if self.named else row.symbol
        yield Segment(text, style)
        space = self.margin - self._digits - 4 - cell_len(text)
        yield Segment(" " * space, look.label)
        yield Segment(row.mark or " ", look.wrong if row.mark == WRONG else look.label)
        yield Segment(" ", look.label)

    def draw_cells(self, number: int, look: Look, column: int | None) -> Iterator[Segment]:
        """Draw the cells of a step.

        Args:
            number: index of the step.
            look: the styles.
            column: index of the column of the cursor, if it is at this step.
        """
        if self.map.states is not None:
            yield from draw_units(self.map.states, number, look, column)
        elif self.map.weights is not None:
            weights = self.map.weights[number].tolist()
            largest = max(weights, default=0.0)
            for index, (weight, width) in enumerate(zip(weights, self.cells, strict=True)):
                yield draw_weight(weight, width - 1, look, index == column, weight == largest)
                yield Segment(" ", look.label)


def name_row(row: Row) -> str:
    """Return symbol and name of a step."""
    return f"{row.symbol} {row.name}" if row.name else row.symbol


def draw_weight(weight: float, width: int, look: Look, here: bool, largest: bool) -> Segment:
    """Draw a weight, in hundredths; the largest of a step is bold, the one at the cursor marked."""
    number = f"{100 * weight:.0f}" if weight >= 0.005 else "·"
    style = look.mark if here else look.scale[find_level(weight)]
    if here and len(number) + 2 <= width:
        return Segment(f"▐{number.center(width - 2)}▌", style)
    return Segment(number.center(width), style + BOLD if largest else style)


def draw_units(states: States, number: int, look: Look, column: int | None) -> Iterator[Segment]:
    """Draw the values of the units in a step as blocks; neighbours of one style are one segment."""
    styles = {-1: look.low, 0: look.quiet, 1: look.high}
    run, before = "", look.label
    for index, value in enumerate(states.scaled[number].tolist()):
        here = index == column
        style = look.mark if here else styles[find_sign(value, states.signed)]
        if style is not before and run:
            yield Segment(run, before)
            run = ""
        run, before = run + draw_block(value, states.signed), style
    if run:
        yield Segment(run, before)
