"""The curve of the probability as a review is read on, with a mark at a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.classify.curve import MARGIN, Curve, draw_curve
from tui.classify.inks import pick_inks

LEAST_WIDTH, LEAST_HEIGHT = 20, 2


class CurveView(Widget, can_focus=True):
    """The curve: a click or the arrow keys choose a word."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "word", tooltip="the word before"),
        Binding("right", "step(1)", "word", tooltip="the word after", show=False),
        Binding("home", "step(-1000000)", "first word", show=False),
        Binding("end", "step(1000000)", "last word", show=False),
    ]

    mark: reactive[int | None] = reactive(None)
    """Index of the word at the cursor."""
    curve: reactive[Curve | None] = reactive(None)
    """The curve that is drawn."""
    hint: reactive[str] = reactive("")
    """What is said while there is none."""

    @dataclass
    class WordChosen(Message):
        """A word was chosen."""

        offset: int
        """Where it begins in the text."""

    def on_mount(self) -> None:
        """Draw in the colours of another theme when that changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.refresh())

    def render(self) -> Text:
        """Draw the curve, as large as there is room."""
        width, height = self.size.width, self.size.height
        inks = pick_inks(dark=self.app.current_theme.dark)
        if self.curve is None or width < LEAST_WIDTH or height < LEAST_HEIGHT:
            return Text(self.hint, inks.muted)
        lines = draw_curve(self.curve, width, height, self.mark, inks)
        return Text("\n", no_wrap=True).join(lines)

    def on_click(self, event: Click) -> None:
        """Choose the word at the place of a click."""
        offset = event.get_content_offset(self)
        if self.curve is not None and offset is not None:
            columns = self.size.width - MARGIN
            self._choose(self.curve.find_word_at(offset.x - MARGIN, columns))

    def action_step(self, words: int) -> None:
        """Choose a word before or after the one that is marked."""
        if self.curve is not None:
            last = len(self.curve.words) - 1
            self._choose(min(max((self.mark or 0) + words, 0), last))

    def _choose(self, word: int) -> None:
        if self.curve is not None:
            self.mark = word
            self.post_message(self.WordChosen(self.curve.starts[word]))
