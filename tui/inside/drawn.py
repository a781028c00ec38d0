"""Lines that are drawn for the room that there is."""

from __future__ import annotations

from collections.abc import Callable

from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

Draw = Callable[[int], Content]
"""Returns lines of at most so many cells."""


def draw_nothing(width: int) -> Content:
    """Return no lines."""
    return Content("")


class Drawn(Widget):
    """Lines that depend on the width; as high as they are many."""

    DEFAULT_CSS = """
    Drawn { width: 1fr; height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.draw: Draw = draw_nothing
        self._drawn: tuple[int, Content] | None = None
        """The lines, and the width that they were drawn for."""

    def show(self, draw: Draw) -> None:
        """Draw other lines."""
        old = self._drawn
        self.draw, self._drawn = draw, None
        if not self.size.width or old is None:  # the layout asks for the lines when it shows them
            self.refresh(layout=True)
            return
        new = self._draw_lines(self.size.width)
        self.refresh(layout=count_lines(new) != count_lines(old[1]))

    def _draw_lines(self, width: int) -> Content:
        """Return the lines; layout and drawing ask for the same ones several times."""
        if self._drawn is None or self._drawn[0] != width:
            self._drawn = (width, self.draw(max(1, width)))
        return self._drawn[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines there are."""
        return count_lines(self._draw_lines(width))

    def render(self) -> Content:
        """Draw the lines."""
        return self._draw_lines(self.size.width)


def count_lines(content: Content) -> int:
    """Return how many lines a text has."""
    return content.plain.count("\n") + 1


class DrawnScroll(VerticalScroll):
    """Lines that can be scrolled where they are more than fit."""

    DEFAULT_CSS = """
    DrawnScroll { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        self.lines = Drawn()
        super().__init__(self.lines, id=id)

    def show(self, draw: Draw) -> None:
        """Draw other lines."""
        self.lines.show(draw)
