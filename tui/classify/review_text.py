"""A text in which words are coloured by what they speak for, where they are typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import TextArea

from tui.classify.inks import pick_inks
from tui.classify.spans import Span, move_spans


class ReviewText(TextArea):
    """The text: what is typed or previewed, with the colours of its words.

    A change of the text leaves the colours of the other words, weakly, until it is read again.
    """

    faded: reactive[bool] = reactive(False)
    """Whether the colours are of another text, such as the one before a change."""

    @dataclass
    class Moved(Message):
        """The cursor is elsewhere."""

        text: ReviewText
        offset: int
        """Number of characters before the cursor."""

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            text, placeholder=placeholder, id=id, compact=True, highlight_cursor_line=False
        )
        self.spans: Sequence[Span] = ()
        self._of = text
        self._starts: list[int] = []
        self._by_line: dict[int, list[tuple[int, int, int]]] = {}

    def on_mount(self) -> None:
        """Draw the words in the colours of another theme when that changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._draw_anew())

    def color(self, spans: Iterable[Span]) -> None:
        """Colour words of the text that is shown."""
        self.spans, self._of = list(spans), self.text
        self._index_spans()
        self.faded = False
        self._draw_anew()

    def fade(self) -> None:
        """Move the colours with the words of a text that has changed, and weaken them."""
        self.spans = move_spans(self.spans, self._of, self.text)
        self._of = self.text
        self._index_spans()
        self.faded = True
        self._draw_anew()

    def watch_faded(self) -> None:
        """Draw the words weakly, or as they are."""
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._line_cache.clear()
        self.refresh()

    def _index_spans(self) -> None:
        """Find the words of each line."""
        self._starts = [0]
        for line in self.document.lines:
            self._starts.append(self._starts[-1] + len(line) + len(self.document.newline))
        found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        row = 0
        for span in self.spans:
            while row + 2 < len(self._starts) and span.start >= self._starts[row + 1]:
                row += 1
            start = self._starts[row]
            found[row].append((span.start - start, span.end - start, span.level))
        self._by_line = found

    def get_line(self, line_index: int) -> Text:
        """Return a line with the colours of its words."""
        line = super().get_line(line_index)
        inks = pick_inks(dark=self.app.current_theme.dark)
        for start, end, level in self._by_line.get(line_index, ()):
            weak = (level > 0) - (level < 0)
            line.stylize(inks.pick(weak if self.faded else level), start, end)
        return line

    @property
    def offset_of_cursor(self) -> int:
        """Number of characters before the cursor."""
        row, column = self.cursor_location
        lines = self.document.lines[:row]
        return sum(map(len, lines)) + len(self.document.newline) * len(lines) + column

    def go_to(self, offset: int) -> None:
        """Move the cursor behind so many characters."""
        rest = offset
        for row, line in enumerate(self.document.lines):
            if rest <= len(line):
                self.move_cursor((row, rest), center=True)
                return
            rest -= len(line) + len(self.document.newline)

    def on_text_area_selection_changed(self) -> None:
        """Tell where the cursor is."""
        self.post_message(self.Moved(self, self.offset_of_cursor))

    def replace_all(self, text: str) -> None:
        """Put another text in the place of all, so that it can be undone."""
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor((0, 0))


class PreviewText(ReviewText):
    """The preview: a text of a table, or an example. What is typed here goes to one's own text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open it"),
    ]

    class Opened(Message):
        """The text is to become one's own."""

    @dataclass
    class Typed(Message):
        """Something was typed or pasted, which is meant for one's own text."""

        text: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.read_only = True

    def action_open(self) -> None:
        """Ask for the text to become one's own."""
        self.post_message(self.Opened())

    async def _on_key(self, event: Key) -> None:
        if event.is_printable and event.character is not None:
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.character))
            return
        await super()._on_key(event)

    async def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        self.post_message(self.Typed(event.text))
