"""The panel of the text that is written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from tui.generate.surprises import find_levels
from tui.generate.text_lines import describe_endings, make_foot, make_title
from tui.generate.text_panel import TextPanel
from tui.generate.text_view import TextView
from tui.generate.typist import Typist
from tui.widgets.caption import Caption

if TYPE_CHECKING:
    from tui.generate.author import Author

FRAME = 1 / 30
"""Seconds between two updates of the text on the screen."""
DESCRIBE_EVERY = 0.25
"""Seconds between two updates of title and foot while the text grows: another word in the border of
a panel has all that is in it drawn anew."""
EMPTY = "Here will be a text: enter begins, ctrl+o reads one"


class Desk(TextPanel):
    """The text of an author. The author's thread fills a queue; a timer shows what is in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "move_ending(-1)", "ending before", show=False),
        Binding("right_square_bracket", "move_ending(1)", "ending after", show=False),
    ]

    HINT = EMPTY

    note: reactive[str] = reactive("")
    """What is said in the foot instead of the figures, such as that no model is chosen."""

    class Written(Message):
        """The text has changed, or the thread has begun or ended."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Text", id=id)
        self.author: Author | None = None
        self.typist = Typist(self, self._warn)
        """Takes what is typed in step mode."""
        self.was_busy = False
        self._described = 0.0
        """When title and foot were updated last."""
        self._unread: int | None = None
        """Characters read so far of a text of the user's, which is shown whole meanwhile."""

    def on_mount(self) -> None:
        """Start the timer that shows new characters."""
        self.set_interval(FRAME, self.show_written)

    def on_unmount(self) -> None:
        """Stop the thread."""
        if self.author is not None:
            self.author.writer.stop()

    @property
    def busy(self) -> bool:
        """Whether the author writes or reads."""
        return self.author is not None and self.author.writer.busy

    @property
    def cursor(self) -> int:
        """Where the cursor stands in the text."""
        return self.view.cursor

    def _warn(self, line: str) -> None:
        self.notify(line, severity="warning", markup=False)

    # What is shown

    def use(self, author: Author) -> None:
        """Show another author, or the text of an author who has another model now."""
        self.stop()
        self.author = author
        self.show_all()

    def show_all(self, cursor: int | None = None) -> None:
        """Show the whole manuscript; the thread does not run."""
        if self.author is not None:
            manuscript = self.author.manuscript
            levels = find_levels(manuscript.surprisals)
            self.view.show_text(manuscript.text, levels, manuscript.prompt_length)
            if cursor is not None:
                self.view.cursor = cursor
            self.describe()

    def show_up_to(self, position: int, *, focus: bool = True) -> None:
        """Show the text up to `position`; the timer adds what the thread has written since."""
        if self.author is not None:
            view = self.view
            text, levels = view.text[:position], view.levels[:position]
            view.show_text(text, levels, self.author.manuscript.prompt_length)
            if focus:
                view.focus()
            self.describe()  # in step mode the thread may have nothing to add

    def show_unread(self, text: str) -> None:
        """Show a text that the author begins to read, from its beginning."""
        self.view.show_text(text, bytes(len(text)), len(text))
        self.view.cursor, self._unread = 0, 0
        self.view.focus()
        self.describe()

    def stop(self) -> None:
        """Stop writing, and show everything that was written."""
        if self.author is not None:
            self.author.writer.stop()
            self.show_written()

    def show_written(self) -> None:
        """Show the characters that were written since the last call."""
        if self.author is None:
            return
        busy, characters, levels = self.take_written(self.author.writer)
        if self._unread is not None:
            self._show_read(levels, busy=busy)
        elif characters:
            self.view.extend(characters, levels)
        now = time.perf_counter()
        due = not busy or now - self._described >= DESCRIBE_EVERY
        if busy != self.was_busy or (characters and due):
            self.was_busy, self._described = busy, now
            self.describe()
        elif characters:
            self.post_message(self.Written())

    def _show_read(self, levels: list[int], *, busy: bool) -> None:
        """Colour what was read of a text that is shown whole."""
        begin = self._unread or 0
        self._unread = begin + len(levels)
        self.view.color(begin, levels)
        self.show_work("reading", self._unread, len(self.view.text))
        if not busy:
            unread, self._unread = self._unread < len(self.view.text), None
            self.end_work()
            if unread:  # it was stopped: the text is what was read of it
                self.show_all(self.view.cursor)

    def describe(self) -> None:
        """Show length, model, seed and state of the text, and tell that it has changed."""
        if self.author is not None:
            self.title = make_title(self.author)
            line = describe_endings(self.author.manuscript, self.view.text)
            endings = self.query_one("#endings", Caption)
            endings.display = bool(line) and not self.busy
            endings.update(line)
        self.describe_foot()
        self.post_message(self.Written())

    @on(TextView.Typed)
    def take_typed(self, event: TextView.Typed) -> None:
        """Have the typist take a character."""
        self.typist.type(event.character)

    @on(Written)
    def take_waiting(self) -> None:
        """Have the typist take what was typed meanwhile."""
        self.typist.take_waiting()

    def watch_note(self) -> None:
        """Show the note."""
        self.describe_foot()

    @on(TextView.Moved)
    def follow_cursor(self) -> None:
        """Show the line and the surprise at the cursor; a text that is written moves it always."""
        if not self.busy:
            self.describe_foot()

    def describe_foot(self) -> None:
        """Show what the author does, or the line and the surprise of the text."""
        author = self.author
        if self.note or author is None:
            self.foot = self.note
        elif self.busy:
            self.foot = f"writing · {author.writer.speed:,.0f} chars/s · esc stops"
        elif author.full:
            self.foot = "full · F7 writes anew from the cursor"
        else:
            self.foot = make_foot(author.manuscript, self.view.cursor, self.view.text)

    def action_move_ending(self, steps: int) -> None:
        """Show another ending of the text."""
        self.stop()
        if self.author is not None and self.author.move_ending(steps):
            self.show_all()
        else:
            self.notify("there is no other ending: F7 rewrites from the cursor, and keeps the old")
