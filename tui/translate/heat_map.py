"""Weights of attention as a map to walk about in: an action on each line, a word in each column."""

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

from charlm.console.program import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

NARROWEST = 4
"""Columns of a cell at least: a weight of 100 hundredths and a gap."""


@dataclass(frozen=True)
class Map:
    """What is drawn."""

    words: Sequence[str]
    steps: Sequence[str]
    weights: npt.NDArray[np.floating] | None
    """(T, S), from 0 to 1; None of a translator without attention."""


class HeatMap(ScrollView, can_focus=True):
    """The steps of a translation, with the weight of each word in each of them, in hundredths.

    The cell at the cursor is marked, and so are its word and its action. `shown` hides the steps
    after that number, to go through them one by one.
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
    """Step at the cursor."""
    column: reactive[int] = reactive(0)
    """Word at the cursor."""
    shown: reactive[int | None] = reactive(None)

    @dataclass
    class Moved(Message):
        """The cursor stands on another step or word."""

        heat_map: HeatMap

        @property
        def control(self) -> HeatMap:
            """The map that it stands in."""
            return self.heat_map

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.map = Map((), (), None)
        self._widths: list[int] = []
        self._margin = 0

    def show_map(self, found: Map) -> None:
        """Draw `found`, with the cursor where it was, as far as that exists."""
        self.map = Map(
            [*map(printable, found.words)], [*map(printable, found.steps)], found.weights
        )
        self._margin = max(map(cell_len, self.map.steps), default=0) + 1
        self._widths = [max(NARROWEST, cell_len(word) + 1) for word in self.map.words]
        self.virtual_size = Size(self._margin + sum(self._widths), len(self.map.steps) + 1)
        self.row = self.validate_row(self.row)
        self.column = self.validate_column(self.column)
        self.refresh()

    def validate_row(self, row: int) -> int:
        """Keep the cursor on a step that is shown."""
        shown = len(self.map.steps) if self.shown is None else self.shown
        return max(0, min(row, min(shown, len(self.map.steps)) - 1))

    def validate_column(self, column: int) -> int:
        """Keep the cursor on a word."""
        return max(0, min(column, len(self.map.words) - 1))

    def watch_row(self) -> None:
        """Follow the cursor."""
        self._moved()

    def watch_column(self) -> None:
        """Follow the cursor."""
        self._moved()

    def watch_shown(self) -> None:
        """Leave no cursor on a step that is hidden."""
        self.row = self.validate_row(self.row)
        self.refresh()

    def _moved(self) -> None:
        left = self._margin + sum(self._widths[: self.column])
        width = self._widths[self.column] if self._widths else 1
        cell = Region(left, self.row, width, 2)  # the words stand on the first line of the widget
        self.scroll_to_region(cell, animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self))

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; a step that is hidden comes to be shown."""
        if self.shown is not None and rows == 1 and self.row + 1 >= self.shown:
            self.shown = min(self.shown + 1, len(self.map.steps))
        self.row += rows
        self.column += columns

    def on_click(self, event: Click) -> None:
        """Move the cursor to the cell."""
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
        """Draw a line: the words on the first one, which does not scroll, then a step on each."""
        left, top = self.scroll_offset
        row = top + y - 1
        segments = self._words() if y == 0 else self._step(row)
        strip = Strip(segments)
        label = self.get_component_rich_style("heat-map--label")
        return strip.crop_extend(left, left + self.size.width, label)

    def _words(self) -> Iterator[Segment]:
        label = self.get_component_rich_style("heat-map--label")
        mark = self.get_component_rich_style("heat-map--mark")
        yield Segment(" " * self._margin, label)
        for index, (word, width) in enumerate(zip(self.map.words, self._widths, strict=True)):
            yield Segment(word, mark if index == self.column else label)
            yield Segment(" " * (width - cell_len(word)), label)

    def _step(self, row: int) -> Iterator[Segment]:
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
            style = mark if here and index == self.column else cell_style(weight)
            yield Segment(number, style)
            yield Segment(" ", label)


def cell_style(weight: float) -> Style:
    """Return the colours of a cell: one of a few, for every style is a string to the terminal."""
    from seq.drawing.heat import SCALE

    level = min(int(weight * len(SCALE)), len(SCALE) - 1)
    ink = "#000000" if level > len(SCALE) // 2 else "#ffffff"
    return Style(color=ink, bgcolor=SCALE[level])
