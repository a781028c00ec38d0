"""The words of a caption, with a cursor, and what is to be said of them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from charlm.console.program import printable
from tui.widgets.caption import Caption as Line
from tui.widgets.panel import Panel

END = "■"
"""The end of a caption: it looks somewhere as well."""
NO_MODEL = (
    "No captioner is here yet. `charlm caption train` trains one in some minutes; what is true of "
    "the scene stands beside."
)


class WordsView(Widget):
    """The caption, a word after the other; a click goes to a word."""

    COMPONENT_CLASSES = {"words--here", "words--word"}  # noqa: RUF012  (as in Widget)

    @dataclass
    class Chosen(Message):
        """A word was clicked."""

        place: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words: tuple[str, ...] = ()
        self.place: int | None = None
        """Number of the word at the cursor; None for the picture as it is."""

    def show_words(self, words: tuple[str, ...], place: int | None) -> None:
        """Draw other words, or another place."""
        again = words != self.words
        self.words, self.place = words, place
        self.refresh(layout=again)

    def render(self) -> Text:
        """Draw the words, that at the cursor marked."""
        text = Text()
        for number, word in enumerate(self.words):
            here = number == self.place
            style = self.get_component_rich_style("words--here" if here else "words--word")
            shown = f"▐{printable(word)}▌" if here else f" {printable(word)} "
            text.append(shown, style)
        return text

    def on_click(self, event: Click) -> None:
        """Go to the word that was clicked, where all of them stand on one line."""
        offset, at = event.get_content_offset(self), 0
        if offset is None or offset.y:
            return
        for number, word in enumerate(self.words):
            at += len(printable(word)) + 2
            if offset.x < at:
                self.post_message(self.Chosen(number))
                return


class WordsPanel(Panel):
    """The caption, whether it is true, and where the word at the cursor looks."""

    def __init__(self, *, id: str) -> None:
        super().__init__(title="Caption", id=id)

    def compose(self) -> ComposeResult:
        """Lay out the words and the lines below them."""
        yield WordsView(id="words-view")
        yield Line(NO_MODEL, id="truth-said", markup=False)
        yield Line(id="word-said", markup=False)
        yield Line(id="look-said", markup=False)

    def show_lines(self, truth: str, word: str, look: str, *, wrong: bool) -> None:
        """Say whether the caption is true, how sure its word is, and where that looks."""
        for name, text in (("truth", truth), ("word", word), ("look", look)):
            self.query_one(f"#{name}-said", Line).update(printable(text))
        self.query_one("#truth-said").set_class(wrong, "wrong")
