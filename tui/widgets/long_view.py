"""A view of lines of which only a part is on the screen, and whose number grows."""

from __future__ import annotations

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.widget import Widget


class LongView(ScrollView):
    """A `ScrollView` whose own room does not depend on its lines.

    Textual lays out and draws the whole screen whenever `virtual_size` changes: 20 ms for a line
    more. Here nothing but the view is drawn if it has its scrollbars already.
    """

    def hold(self, size: Size, first: int = 0) -> None:
        """Make room for lines, and draw those that have changed.

        Args:
            size: width of the longest line in cells, and number of lines.
            first: the first line that has changed.
        """
        before = self.virtual_size
        grows = size.width >= before.width and size.height >= before.height
        if grows and self._needs_bars(size) == self._needs_bars(before):
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
            self.horizontal_scrollbar.window_virtual_size = size.width
            self.draw_from(first)
        else:
            self.virtual_size = size

    def draw_from(self, first: int, count: int | None = None) -> None:
        """Draw lines again, those that can be seen.

        Args:
            first: the first one.
            count: how many; None for all to the end.
        """
        width, height = self.size
        top = max(0, first - self.scroll_offset.y)
        end = height if count is None else min(height, first + count - self.scroll_offset.y)
        if top < end:
            self.refresh(Region(0, top, width, end - top))

    def _needs_bars(self, size: Size) -> tuple[bool, bool]:
        """Return whether lines of that size are wider and higher than the view."""
        shown = self.scrollable_content_region
        return size.width > shown.width, size.height > shown.height
