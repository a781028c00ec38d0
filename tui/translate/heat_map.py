"""Attention weights as a map with a cursor: an action on each line, a word in each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from charlm.console.program import format_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

NARROWEST = 4
"""Least width of a cell, in terminal columns: room for "100" and a gap."""


@dataclass(frozen=True)
class Map:
    """The contents of a heat map."""

    words: Sequence[str]
    """The S words of the command."""
    steps: Sequence[str]
    """The T symbols of the translation, one for each step."""
    weights: npt.NDArray[np.floating] | None
    """Attention weights (T, S), from 0 to 1; None for a translator without attention."""


class HeatMap(ScrollView, can_focus=True):
    """The steps of a translation, with the attention weight of each word, in hundredths.

    The cell at the cursor is marked, and so are its word and its action.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1, 0)", "Step before", show=False),
        Binding("down", "move(1, 0)", "Next step", show=False),
        Binding("left", "move(0, -1)", "Word before", show=False),
        Binding("right", "move(0, 1)", "Next word", show=False),
        Binding("home", "move(-1000, 0)", "First step", show=False),
        Binding("end", "move(1000, 0)", "Last step", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"heat-map--mark", "heat-map--label"}

    row: reactive[int] = reactive(0)
    """Index of the step at the cursor."""
    column: reactive[int] = reactive(0)
    """Index of the word at the cursor."""
    shown: reactive[int | None] = reactive(None)
    """Number of steps that are shown, from the first on; None shows all."""

    @dataclass
    class Moved(Message):
        """The cursor has moved to another step or word."""

        heat_map: HeatMap

        @property
        def control(self) -> HeatMap:
            """The map whose cursor has moved."""
            return self.heat_map

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.map = Map((), (), None)
        self._widths: list[int] = []
        self._margin = 0

    def show_map(self, found: Map) -> None:
        """Draw another map; the cursor keeps its place if the map has that cell."""
        self.map = Map(
            [*map(format_name, found.words)], [*map(format_name, found.steps)], found.weights
        )
        self._margin = max(map(cell_len, self.map.steps), default=0) + 1
        self._widths = [max(NARROWEST, cell_len(word) + 1) for word in self.map.words]
        self.virtual_size = Size(self._margin + sum(self._widths), len(self.map.steps) + 1)
        self.column = self.validate_column(self.column)  # first: who follows the row needs it
        self.row = self.validate_row(self.row)
        self.refresh()

    def validate_row(self, row: int) -> int:
        """Return the nearest step that is shown."""
        shown = len(self.map.steps) if self.shown is None else self.shown
        return max(0, min(row, min(shown, len(self.map.steps)) - 1))

    def validate_column(self, column: int) -> int:
        """Return the nearest word."""
        return max(0, min(column, len(self.map.words) - 1))

    def watch_row(self) -> None:
        """Scroll to the cursor."""
        self._follow_cursor()

    def watch_column(self) -> None:
        """Scroll to the cursor."""
        self._follow_cursor()

    def watch_shown(self) -> None:
        """Move the cursor off a step that is now hidden."""
        self.row = self.validate_row(self.row)
        self.refresh()

    def _follow_cursor(self) -> None:
        left = self._margin + sum(self._widths[: self.column])
        width = self._widths[self.column] if self._widths else 1
        cell = Region(left, self.row, width, 2)  # the words stand on the first line of the widget
        self.scroll_to_region(cell, animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self))

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; show the next step if the cursor moves down to it."""
        if self.shown is not None and rows == 1 and self.row + 1 >= self.shown:
            self.shown = min(self.shown + 1, len(self.map.steps))
        self.row += rows
        self.column += columns

    def on_click(self, event: Click) -> None:
        """Move the cursor to the cell that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None or not self.map.steps:
            return
        x = offset.x + self.scroll_offset.x - self._margin
        if offset.y:
            self.row = offset.y - 1 + self.scroll_offset.y
        if x >= 0:
            ends = [sum(self._widths[: index + 1]) for index in range(len(self._widths))]
            self.column = sum(end <= x for end in ends)

    def render_line(self, y: int) -> Strip:
        """Draw a line: the words on the first line, which does not scroll, then the steps."""
        left, top = self.scroll_offset
        row = top + y - 1
        segments = self._draw_words() if y == 0 else self._draw_step(row)
        strip = Strip(segments)
        label = self.get_component_rich_style("heat-map--label")
        return strip.crop_extend(left, left + self.size.width, label)

    def _draw_words(self) -> Iterator[Segment]:
        label = self.get_component_rich_style("heat-map--label")
        mark = self.get_component_rich_style("heat-map--mark")
        yield Segment(" " * self._margin, label)
        for index, (word, width) in enumerate(zip(self.map.words, self._widths, strict=True)):
            yield Segment(word, mark if index == self.column else label)
            yield Segment(" " * (width - cell_len(word)), label)

    def _draw_step(self, row: int) -> Iterator[Segment]:
        hidden = self.shown is not None and row >= self.shown
        if not 0 <= row < len(self.map.steps) or hidden:
            return
        here = row == self.row
        label = self.get_component_rich_style("heat-map--label")
        mark = self.get_component_rich_style("heat-map--mark")
        step = self.map.steps[row]
        yield Segment(step, mark if here else label)
        yield Segment(" " * (self._margin - cell_len(step)), label)
        if self.map.weights is None:
            return
        for index, (weight, width) in enumerate(
            zip(self.map.weights[row].tolist(), self._widths, strict=True)
        ):
            number = f"{100 * weight:.0f}".center(width - 1)
            style = mark if here and index == self.column else get_cell_style(weight)
            yield Segment(number, style)
            yield Segment(" ", label)


def get_cell_style(weight: float) -> Style:
    """Return the colours of a cell, from a scale of a few colours."""
    from charlm.drawing.heat import SCALE

    level = min(int(weight * len(SCALE)), len(SCALE) - 1)
    ink = "#000000" if level > len(SCALE) // 2 else "#ffffff"
    return Style(color=ink, bgcolor=SCALE[level])
