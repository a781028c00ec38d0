"""What a classifier says of a review: bars of its classes, and the words that speak for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from charlm.console.program import format_name
from tui.classify.inks import pick_inks
from tui.classify.opinions import Opinion
from tui.classify.spans import Span
from tui.classify.subject import Subject, describe_truth
from tui.classify.verdict_lines import Line, Sides, draw_classes, draw_second, draw_words

LEAST_FOR_BARS = 13
"""Least lines in which the bars of a second classifier are shown as well."""


class VerdictView(Widget):
    """The verdict: classes, a second opinion and words; a click on a word goes to it."""

    @dataclass
    class WordChosen(Message):
        """A word was clicked."""

        offset: int
        """Where it begins in the text."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subject: Subject | None = None
        self.opinion: Opinion | None = None
        self.second: tuple[str, Opinion] | None = None
        """Name and opinion of the second classifier."""
        self.spans: Sequence[Span] = ()
        self.sides = Sides("", "")
        self.hint = ""
        """What is said while there is no opinion."""
        self.words_stale = False
        """Whether the words are those of another review."""
        self._lines: list[Line] = []

    def on_mount(self) -> None:
        """Draw in the colours of another theme when that changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.refresh())

    def show_opinion(
        self, subject: Subject, opinion: Opinion, second: tuple[str, Opinion] | None
    ) -> None:
        """Show what is said of a review; words of another one are dimmed."""
        self.words_stale = self.subject is None or self.subject.text != subject.text
        self.subject, self.opinion, self.second = subject, opinion, second
        self.refresh()

    def show_words(self, spans: Iterable[Span], sides: Sides) -> None:
        """Show the words that speak most, and what for."""
        self.spans, self.sides, self.words_stale = list(spans), sides, False
        self.refresh()

    def show_second(self, name: str, opinion: Opinion) -> None:
        """Show what a second classifier says."""
        self.second = (name, opinion)
        self.refresh()

    def clear(self, hint: str = "") -> None:
        """Show nothing but a line about what will be here."""
        self.subject = self.opinion = self.second = None
        self.spans, self.hint = (), hint
        self.refresh()

    def render(self) -> Text:
        """Draw as many lines as fit."""
        self._lines = self._draw()[: self.size.height]
        return Text("\n", no_wrap=True).join([line.text for line in self._lines])

    def _draw(self) -> list[Line]:
        width, height = self.size.width, self.size.height
        inks = pick_inks(dark=self.app.current_theme.dark)
        if self.opinion is None or self.subject is None:
            hint = Text(self.hint, inks.muted)
            return [Line(line) for line in hint.wrap(self.app.console, max(8, width))]
        lines = [*draw_classes(self.opinion, width, inks)]
        truth = describe_truth(self.subject, self.opinion.label)
        if truth is not None:
            line, right = truth
            shown = Text(format_name(line), inks.muted if right else inks.mark)
            shown.truncate(width, overflow="ellipsis")
            lines.append(Line(shown))
        if self.second is not None:
            bars = height >= LEAST_FOR_BARS
            lines += draw_second(*self.second, self.opinion, width, inks, bars=bars)
        if height - len(lines) > 3:
            lines.append(Line(Text()))
        words = [*draw_words(self.spans, self.sides, width, height - len(lines), inks)]
        if self.words_stale:
            words = [Line(Text(line.text.plain, inks.muted)) for line in words]
        return [*lines, *words]

    def on_click(self, event: Click) -> None:
        """Go to the word of the line that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._lines):
            span = self._lines[offset.y].span
            if span is not None:
                self.post_message(self.WordChosen(span.start))
