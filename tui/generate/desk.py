"""The text that is written, with the probabilities at its cursor and a status line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.theme import Theme
from textual.widgets import Static

from charlm.console.colors import ON_LIGHT, PLAIN, STYLES
from tui.failures import report
from tui.generate.inspector import CANDIDATES, DIGITS, Inspector
from tui.generate.text_view import TextView
from tui.widgets.bars import Bars

if TYPE_CHECKING:
    from tui.generate.author import Author
    from tui.generate.controls import Controls
    from tui.generate.manuscript import Manuscript

FRAME = 1 / 30
"""Seconds between two updates of the text on the screen."""


class Desk(Vertical):
    """The text of an author. The author's thread fills a queue; a timer shows what is in it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.author: Author | None = None
        self.was_busy = False

    def compose(self) -> ComposeResult:
        """Lay out text, inspector and status line."""
        with Horizontal(id="room"):
            yield TextView(STYLES, id="text")
            yield Inspector(id="beside")
        yield Static("", id="state", markup=False)

    def on_mount(self) -> None:
        """Start the timer that shows new characters, and choose the colours."""
        self.set_interval(FRAME, self._drain)
        self.app.theme_changed_signal.subscribe(self, self._recolor)
        self._recolor(self.app.current_theme)

    def on_unmount(self) -> None:
        """Stop the thread."""
        if self.author is not None:
            self.author.writer.stop()

    @property
    def view(self) -> TextView:
        """The text on the screen."""
        return self.query_one(TextView)

    def use(self, author: Author) -> None:
        """Show another author, or the text of an author who has another model now."""
        self.stop()
        self.author = author
        self._show_all()

    # Writing

    def begin(self, prompt: str, controls: Controls) -> None:
        """Begin a new text with `prompt`.

        Raises:
            UnknownSymbol: if the model does not know a character of the prompt; nothing changes.
        """
        self.stop()
        if self.author is not None:
            self.author.begin(prompt, controls)
            self._show_up_to(0, self.author.manuscript)

    def continue_from(self, position: int, controls: Controls) -> None:
        """Continue the text from `position`; the characters from there on are removed."""
        self.stop()
        if self.author is not None:
            self.author.continue_from(position, controls)
            self._show_up_to(position, self.author.manuscript)

    def _show_up_to(self, position: int, manuscript: Manuscript) -> None:
        """Show the text up to `position`; the timer adds what the thread has written since."""
        view = self.view
        text, levels = view.text[:position], view.levels[:position]
        view.show_text(text, levels, manuscript.prompt_length)
        view.focus()
        self._show_status()  # in step mode the thread may have nothing to add

    def stop(self) -> None:
        """Stop writing, and show everything that was written."""
        if self.author is not None:
            self.author.writer.stop()
            self._drain()

    def _drain(self) -> None:
        """Show the characters that were written since the last call."""
        if self.author is None:
            return
        writer = self.author.writer
        busy = writer.busy  # read before the queue: the next call shows what comes after it
        characters, levels = writer.drain()
        if characters:
            self.view.extend(characters, levels)
        if (error := writer.take_error()) is not None:
            report(self.app, error)
        if busy != self.was_busy or characters:
            self.was_busy = busy
            self._show_status()

    def undo(self) -> None:
        """Restore the previous version of the text, if there is one."""
        self.stop()
        if self.author is not None:
            self.author.undo()
        self._show_all()

    def _show_all(self) -> None:
        """Show the whole manuscript; the thread does not run."""
        if self.author is not None:
            manuscript = self.author.manuscript
            self.view.show_text(manuscript.text, manuscript.levels, manuscript.prompt_length)
            self._show_status()

    def _show_status(self) -> None:
        """Show the length of the text and the status of the author."""
        if self.author is not None:
            self.show_line(f"{len(self.view.text):,} characters; {self.author.status}")
            self.inspect()

    def show_line(self, line: str) -> None:
        """Show a line below the text."""
        self.query_one("#state", Static).update(line, layout=False)

    # Inspecting

    @on(TextView.Moved)
    def inspect(self) -> None:
        """Show the likeliest characters at the cursor."""
        if self.author is None:
            return
        manuscript, writer = self.author.manuscript, self.author.writer
        position = self.view.cursor
        at_end = position == len(self.view.text)
        if writer.busy and at_end:
            position -= 1  # the thread is writing at the end: show the newest character
        if 0 <= position <= len(manuscript):
            inspector = self.query_one(Inspector)
            inspector.show_position(manuscript, position, at_end=at_end, speed=writer.speed)

    def toggle_steps(self) -> None:
        """Switch the step mode, in which the user chooses each character, on or off."""
        self.stop()
        if self.author is not None:
            self.author.stepping = not self.author.stepping
            self.view.focus()
            self._show_status()

    @on(Bars.Clicked)
    def take_clicked(self, event: Bars.Clicked) -> None:
        """Take the candidate that was clicked, in step mode."""
        self.take_candidate(event.number)

    def on_key(self, event: Key) -> None:
        """Take the candidate of a digit key, in step mode."""
        if event.key in DIGITS and self.view.has_focus:
            event.stop()
            self.take_candidate(DIGITS.index(event.key))

    def take_candidate(self, number: int) -> None:
        """In step mode, end the text at the cursor with the candidate of that index."""
        author = self.author
        if author is not None and author.take_candidate(self.view.cursor, number, CANDIDATES):
            self._show_all()

    def toggle_colors(self) -> None:
        """Switch the colours, which show the surprisal of each character, on or off."""
        self.view.colored = not self.view.colored
        self._recolor(self.app.current_theme)

    def _recolor(self, theme: Theme) -> None:
        """Choose colours that are readable on the background of the theme."""
        scale = PLAIN if self.app.no_color else STYLES if theme.dark else ON_LIGHT
        self.view.use_scale(scale)
        self.query_one(Inspector).show_legend(scale if self.view.colored else None)
