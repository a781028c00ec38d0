"""A panel with a text that can be coloured and searched."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.theme import Theme

from charlm.console.colors import PLAIN, STYLES
from tui.failures import ReportsFailures, report
from tui.generate.find_bar import FindBar
from tui.generate.finding import find_all, pick_next
from tui.generate.scale import draw_legend, pick_scale
from tui.generate.text_view import TextView
from tui.generate.writer import Writer
from tui.keys import bind
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

NARROW = 64
"""Width in cells below which the legend is shortened."""


class TextPanel(ReportsFailures, Panel):
    """A text, a line to find something in it, and the legend of its colours."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("find", "find", "find"),
        Binding("n", "go_next(1)", "next"),
        Binding("N,shift+n", "go_next(-1)", "previous", show=False),
    ]

    HINT: ClassVar[str] = ""
    """What is shown while there is no text."""

    class Searched(Message):
        """The next surprise is to be shown: nothing is looked for in the text."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    def __init__(self, *, title: str, id: str | None = None) -> None:
        super().__init__(title=title, id=id)
        self._found: list[int] = []
        self._wanted = ""

    def compose(self) -> ComposeResult:
        """Lay out the text and the lines below it."""
        view = TextView(STYLES, id="page")
        view.hint = self.HINT
        yield view
        yield FindBar(id="find")
        yield Caption("", id="endings", markup=False)
        yield Caption("", id="legend")

    def on_mount(self) -> None:
        """Choose the colours."""
        self.app.theme_changed_signal.subscribe(self, self._recolor_later)
        self.recolor()

    @property
    def view(self) -> TextView:
        """The text on the screen."""
        return self.query_one(TextView)

    def take_written(self, writer: Writer) -> tuple[bool, str, list[int]]:
        """Return whether the thread runs, what it has written since the last call, and the levels.

        The thread then waits for the screen; what has ended it is told.
        """
        busy = writer.busy  # read before the queue: the next call shows what comes after it
        characters, levels = writer.drain()
        if busy and characters:
            writer.wait_for_screen(self.call_after_refresh)
        if (error := writer.take_error()) is not None:
            report(self.app, error)
        return busy, characters, levels

    # Colours

    def toggle_colors(self) -> None:
        """Switch the colours, which show the surprisal of each character, on or off."""
        self.view.colored = not self.view.colored
        self.recolor()

    def _recolor_later(self, theme: Theme) -> None:
        """Choose other colours, once the theme has changed the ground."""
        self.call_after_refresh(self.recolor)

    def recolor(self) -> None:
        """Choose colours that are readable on the background of the theme."""
        marks = self.app.no_color or self.app.settings.scale == "marks"
        scale = list(PLAIN) if marks else pick_scale(self.background_colors[1])
        self.view.use_scale(scale)
        legend = self.query_one("#legend", Caption)
        legend.display = self.view.colored
        legend.update(draw_legend(scale, narrow=self.size.width < NARROW))

    # Finding

    def action_find(self) -> None:
        """Ask what to find in the text."""
        self.query_one(FindBar).open()

    @on(FindBar.Changed)
    def find(self, event: FindBar.Changed) -> None:
        """Mark what was found, and go to the next place."""
        self._wanted = event.wanted
        self._found = find_all(self.view.text, event.wanted)
        self.view.mark(self._found, len(event.wanted))
        self._go_to_found(pick_next(self._found, self.view.cursor - 1, 1))

    @on(FindBar.Next)
    def find_next(self) -> None:
        """Go to the next place."""
        self.action_go_next(1)

    @on(FindBar.Closed)
    def close_find(self) -> None:
        """Go back to the text."""
        self._wanted = ""
        self.view.mark((), 0)
        self.view.focus()

    def action_go_next(self, steps: int) -> None:
        """Go to the next or previous place that was found, or surprise."""
        if not self._wanted:
            self.post_message(self.Searched(steps))
            return
        self._found = find_all(self.view.text, self._wanted)
        self._go_to_found(pick_next(self._found, self.view.cursor, steps))

    def _go_to_found(self, number: int | None) -> None:
        bar = self.query_one(FindBar)
        if number is None:
            bar.show_count("not found" if self._wanted else "")
            return
        self.view.cursor = self._found[number]
        bar.show_count(f"{number + 1:,} of {len(self._found):,} · n N esc")
