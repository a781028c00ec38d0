"""Widgets side by side, in as many rows as it takes."""

from __future__ import annotations

from textual.containers import Container
from textual.geometry import Region, Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.horizontal import HorizontalLayout
from textual.widget import Widget

GAP = 1
"""Cells between two widgets of a row."""


class FlowLayout(HorizontalLayout):
    """From left to right; a widget that does not fit begins the next row."""

    name = "flow"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Place the widgets."""
        placed, x, y, height = [], 0, 0, 0
        for one in super().arrange(parent, children, size, greedy):
            if x and x + one.region.width > size.width:
                x, y, height = 0, y + height, 0
            region = Region(x, y, one.region.width, one.region.height)
            placed.append(one._replace(region=region))
            x, height = x + region.width + GAP, max(height, region.height)
        return placed


FLOW = FlowLayout()


class Flow(Container):
    """A container of widgets side by side, as high as its rows."""

    @property
    def layout(self) -> Layout:
        """The layout: style sheets do not know it."""
        return FLOW
