"""The panel of the words that surprised the model most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from charlm.console.program import format_name
from tui.generate.surprises import Surprise
from tui.widgets.panel import Panel

WORD = 22
"""Cells of a word, at most."""
EMPTY = "Here will stand the words that surprised the model most."


class SurprisesPanel(Panel):
    """A list of words with their bits; enter and a click go there."""

    @dataclass
    class Chosen(Message):
        """A word is to be shown in the text."""

        surprise: Surprise

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Surprises · by word, in bits", tab="Surprises", id=id)
        self.surprises: Sequence[Surprise] = ()
        self._listed = 0
        """Number of words in the list."""

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield OptionList(Option(EMPTY, disabled=True), id="surprises", markup=False, compact=True)

    def show(self, surprises: Sequence[Surprise]) -> None:
        """Show other words, the most surprising first."""
        self.stale = False
        if surprises == self.surprises:
            return
        self.surprises = surprises
        self.foot = "n next · enter goes there" if surprises else ""
        self._fill()

    def on_resize(self, event: Resize) -> None:
        """Fit the lines into the new width."""
        if self.surprises:
            self._fill()

    def _fill(self) -> None:
        words = self.query_one(OptionList)
        width = max(10, words.content_region.width - 2)
        lines = [format_line(one, width) for one in self.surprises]
        if lines and len(lines) == self._listed:  # new options would have the screen laid out anew
            for number, line in enumerate(lines):
                words.replace_option_prompt_at_index(number, line)
            return
        at, self._listed = words.highlighted, len(lines)
        words.set_options(lines or [Option(EMPTY, disabled=True)])
        if lines and at is not None:
            words.highlighted = min(at, len(lines) - 1)

    def go(self, steps: int) -> None:
        """Go to the next word of the list, or to the one before; round at the ends."""
        if not self.surprises:
            self.notify("there is no word to go to")
            return
        words = self.query_one(OptionList)
        at = words.highlighted
        number = 0 if at is None and steps > 0 else ((at or 0) + steps) % len(self.surprises)
        words.highlighted = number
        self.post_message(self.Chosen(self.surprises[number]))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Show a word in the text."""
        event.stop()
        if event.option_index < len(self.surprises):
            self.post_message(self.Chosen(self.surprises[event.option_index]))


def format_line(surprise: Surprise, width: int) -> Content:
    """Return a line of the list: bits, word, what stands before it, and its line in the text."""
    line = f"{surprise.line:,}"
    room = max(4, width - 7 - cell_len(line) - 1)
    context = format_name(surprise.context.lstrip())
    word = format_name(surprise.word)
    shown = min(max(8, room * 2 // 5), WORD, room)
    if cell_len(word) > shown:
        word = _cut(word, shown)
    begin = set_cell_size(word, shown)
    rest = room - shown - 2
    if rest > 6:
        begin += "  " + set_cell_size(_cut(context, rest, end=False), rest)
    text = Content(f"{surprise.bits:5.1f}  {set_cell_size(begin, room)} {line}")
    return text.stylize("bold", 7, 7 + len(word))


def _cut(text: str, width: int, *, end: bool = True) -> str:
    """Return a text that fits, with an ellipsis at its end or at its beginning."""
    if cell_len(text) <= width:
        return text
    if end:
        return set_cell_size(text, width - 1).rstrip() + "…"
    while cell_len(text) >= width:
        text = text[1:]
    return "…" + text
