"""A titled area of a pane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from charlm.console.program import printable
from tui.widgets.work import TICK, Work


class Panel(Vertical):
    """An area with a border: its name and state in the top edge, keys or figures in the bottom.

    The border is heavy and in the accent colour while the focus is inside.
    """

    title: reactive[str] = reactive("", repaint=False)
    """Text of the top edge. In a narrow window the strip of tabs stands there instead."""
    foot: reactive[str] = reactive("", repaint=False)
    """Text of the bottom edge. While something works, that is shown there instead."""
    stale: reactive[bool] = reactive(False, toggle_class="-stale")
    """Whether the content no longer belongs to the input; it is dimmed then."""
    tabs: reactive[Content | None] = reactive(None, repaint=False)
    """The strip of tabs of a narrow window, if this panel is one of them."""

    @dataclass
    class TabClicked(Message):
        """A name in the strip of tabs was clicked."""

        panel: str
        """Id of the panel to show."""

    def __init__(
        self,
        *children: Widget,
        title: str,
        tab: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Make a panel.

        Args:
            *children: widgets inside.
            title: text of the top edge at first.
            tab: short name in the strip of tabs; by default the title.
            id: id of the widget.
            classes: classes of the widget; `-fixed` keeps it out of the tabs.
        """
        super().__init__(*children, id=id, classes=classes)
        self.tab = tab or title
        self.work: Work | None = None
        self._edge: int | None = None
        """Row of the edge whose text is being set: the top one (0) or the bottom one (-1)."""
        self._ticks: Timer | None = None
        self.set_reactive(Panel.title, title)
        self._draw_top()

    def watch_title(self) -> None:
        """Draw the top edge."""
        self._draw_top()

    def watch_tabs(self) -> None:
        """Draw the top edge."""
        self._draw_top()

    def watch_foot(self) -> None:
        """Draw the bottom edge."""
        self._draw_bottom()

    def _draw_top(self) -> None:
        self._edge, self.border_title = 0, self.tabs or format_edge(self.title)
        self._edge = None

    def _draw_bottom(self) -> None:
        line = self.work.describe() if self.work is not None else ""
        self._edge, self.border_subtitle = -1, format_edge(line or self.foot)
        self._edge = None

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draw the panel again, or only the row of the edge whose text is being set.

        Textual draws a whole widget for another text of its border: 3 ms for a panel of 24 rows,
        in each frame of a text that is written.
        """
        if self._edge is not None:
            width, height = self.outer_size
            row = Region(0, self._edge % max(height, 1), width, 1)
            regions = (row.translate(-self.content_offset),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def show_work(self, what: str, done: int | None = None, total: int | None = None) -> None:
        """Show in the bottom edge that something works.

        Nothing is shown for the first 0.3 seconds; later a spinner, and after two seconds a bar
        with the share that is done and the time that is left.

        Args:
            what: what is done, in a few words.
            done: how much of it is done, if that is known.
            total: how much there is.
        """
        if self.work is None:
            self.work = Work()
            self._ticks = self.set_interval(TICK, self._draw_bottom)
        self.work.report(what, done, total)
        self._draw_bottom()

    def end_work(self) -> None:
        """Show the foot again: nothing works any more."""
        if self._ticks is not None:
            self._ticks.stop()
        self.work = self._ticks = None
        self._draw_bottom()

    def action_show_tab(self, panel: str) -> None:
        """Ask for another tab of a narrow window."""
        self.post_message(self.TabClicked(panel))


def format_edge(text: str) -> Content:
    """Return a text as a title of a border, in which nothing is markup."""
    return Content(printable(text).replace("\n", " "))
