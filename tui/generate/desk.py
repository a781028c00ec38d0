"""Where a text is written: the text itself, what the model thinks of it, and how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.theme import Theme
from textual.widgets import Static

from charlm.console.colors import ON_LIGHT, PLAIN, STYLES
from tui.generate.inspector import CANDIDATES, DIGITS, Inspector
from tui.generate.text_view import TextView
from tui.widgets.bars import Bars

if TYPE_CHECKING:
    from tui.generate.author import Author
    from tui.generate.controls import Controls
    from tui.generate.manuscript import Manuscript

FRAME = 1 / 30
"""Seconds between looks at what was written: a call for each would keep the screen busy."""


class Desk(Vertical):
    """An author at work: its thread fills a queue, from which the screen is fed now and then."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.author: Author | None = None
        self.was_busy = False

    def compose(self) -> ComposeResult:
        """Lay out the desk."""
        with Horizontal(id="room"):
            yield TextView(STYLES, id="text")
            yield Inspector(id="beside")
        yield Static("", id="state", markup=False)

    def on_mount(self) -> None:
        """Look at what is written from now on."""
        self.set_interval(FRAME, self._drain)
        self.app.theme_changed_signal.subscribe(self, self._recolor)
        self._recolor(self.app.current_theme)

    def on_unmount(self) -> None:
        """Leave no thread behind."""
        if self.author is not None:
            self.author.writer.stop()

    @property
    def view(self) -> TextView:
        """The text on the screen."""
        return self.query_one(TextView)

    def seat(self, author: Author, manuscript: Manuscript) -> None:
        """Have `author` go on with `manuscript`."""
        self.stop()
        self.author, author.manuscript = author, manuscript
        self._show_all()

    # Writing

    def begin(self, prompt: str, controls: Controls) -> None:
        """Begin anew with `prompt`; raise `UnknownSymbol` if the model cannot read it."""
        self.stop()
        if self.author is not None:
            self.author.begin(prompt, controls)
            self._await(0, self.author.manuscript.prompted)

    def go_on(self, position: int, controls: Controls) -> None:
        """Write on from `position`."""
        self.stop()
        if self.author is not None:
            self.author.go_on(position, controls)
            self._await(position, self.view.prompted)

    def _await(self, position: int, prompted: int) -> None:
        """Show the text up to `position`: what the thread has written by now comes with a look."""
        view = self.view
        view.show_text(view.text[:position], view.levels[:position], prompted)
        view.focus()

    def stop(self) -> None:
        """Stop writing, and show all that was written."""
        if self.author is not None:
            self.author.writer.stop()
            self._drain()

    def _drain(self) -> None:
        """Show what was written since the last look."""
        if self.author is None:
            return
        writer = self.author.writer
        busy = writer.busy  # asked first: what comes after the look is shown by the next one
        characters, levels = writer.drain()
        if characters:
            self.view.extend(characters, levels)
        if busy != self.was_busy or characters:
            self.was_busy = busy
            self._tell()

    def undo(self) -> bool:
        """Bring back what was there before; return whether there was anything."""
        self.stop()
        undone = self.author is not None and self.author.undo()
        self._show_all()
        return undone

    def _show_all(self) -> None:
        """Show the manuscript as it stands; nobody writes in it."""
        if self.author is not None:
            made = self.author.manuscript
            self.view.show_text(made.text, made.levels, made.prompted)
            self._tell()

    def _tell(self) -> None:
        """Say in a line how things stand."""
        if self.author is not None:
            self.say(f"{len(self.view.text):,} characters; {self.author.state}")
            self.look()

    def say(self, line: str) -> None:
        """Say something in the line below the text."""
        self.query_one("#state", Static).update(line, layout=False)

    # Looking inside

    @on(TextView.Moved)
    def look(self) -> None:
        """Show what was likeliest at the cursor."""
        if self.author is None:
            return
        manuscript, writer = self.author.manuscript, self.author.writer
        position = self.view.cursor
        at_end = position == len(self.view.text)
        if writer.busy and at_end:
            position -= 1  # the newest one: the end is the writer's
        if 0 <= position <= len(manuscript):
            inspector = self.query_one(Inspector)
            inspector.look(manuscript, position, at_end=at_end, speed=writer.speed)

    def toggle_steps(self) -> None:
        """Have the user choose each character, or the model."""
        self.stop()
        if self.author is not None:
            self.author.stepping = not self.author.stepping
            self.view.focus()
            self._tell()

    @on(Bars.Clicked)
    def clicked(self, event: Bars.Clicked) -> None:
        """Take the character that was clicked."""
        self.take(event.number)

    def on_key(self, event: Key) -> None:
        """Take a character from the list, in step mode."""
        if event.key in DIGITS and self.view.has_focus:
            event.stop()
            self.take(DIGITS.index(event.key))

    def take(self, number: int) -> None:
        """In step mode, put that candidate at the cursor; what stood behind it goes."""
        author = self.author
        if author is not None and author.take(self.view.cursor, number, CANDIDATES):
            self._show_all()

    def toggle_colors(self) -> None:
        """Colour the characters by their surprisal, or not."""
        self.view.colored = not self.view.colored
        self._recolor(self.app.current_theme)

    def _recolor(self, theme: Theme) -> None:
        """Take colours that can be read on the ground there is."""
        scale = PLAIN if self.app.no_color else STYLES if theme.dark else ON_LIGHT
        self.view.use_scale(scale)
        self.query_one(Inspector).explain(scale if self.view.colored else None)
