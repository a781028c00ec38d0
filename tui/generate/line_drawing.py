"""Draw a line of a text, with its cursor, its colours and what was found in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from tui.generate.text_layout import TextLayout


@dataclass(frozen=True)
class Marks:
    """Parts of a text, of one length, that are marked."""

    places: Sequence[int] = ()
    """Where they begin, in rising order."""
    length: int = 0

    def has(self, index: int) -> bool:
        """Return whether a character is marked."""
        at = bisect_right(self.places, index) - 1
        return at >= 0 and index < self.places[at] + self.length


@dataclass(frozen=True)
class Styles:
    """The styles of the parts of a text."""

    text: Style
    cursor: Style
    prompt: Style
    found: Style
    hint: Style


@dataclass(frozen=True)
class Painter:
    """What a line is drawn with."""

    styles: Styles
    scale: Sequence[Style] | None
    """Style of each level, if levels colour the text."""
    levels: Sequence[int]
    """Level of each character."""
    marks: Marks
    prompt_length: int
    cursor: int

    def draw(self, lines: TextLayout, line: int) -> list[Segment]:
        """Return the segments of a line, without the blanks that fill it."""
        start, end = lines.starts[line], lines.end_of(line)
        segments = []
        for index in range(start, end):
            character = lines.shown[index]
            here = index == self.cursor
            style = self.styles.cursor if here else self._find_style(index)
            # A line feed takes a cell only under the cursor.
            shown = (" " if here else "") if character == "\n" else character
            segments.append(Segment(" " if shown == "\t" else shown, style))
        if self.cursor == end == len(lines.text):
            segments.append(Segment(" ", self.styles.cursor))
        return segments

    def _find_style(self, index: int) -> Style:
        style = self.styles.text
        if self.scale is not None and index < len(self.levels):
            style += self.scale[self.levels[index]]
        elif self.scale is None and index < self.prompt_length:
            style = self.styles.prompt
        return style + self.styles.found if self.marks.has(index) else style
