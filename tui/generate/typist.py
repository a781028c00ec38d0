"""What a character does that is typed in step mode. This module uses no screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from charlm.console.program import format_name

if TYPE_CHECKING:
    from tui.generate.author import Author

DIGITS = "1234567890"
"""Keys that take a candidate, the likeliest first."""
LITERAL = "\\"
"""What is typed before a digit, or before itself, that is to be taken as it is."""


class Page(Protocol):
    """What a typist writes on; see `tui.generate.desk`."""

    author: Author | None

    @property
    def cursor(self) -> int:
        """Where the next character goes."""

    def show_written(self) -> None:
        """Show what was written since the last call."""

    def show_all(self) -> None:
        """Show the whole text."""

    def show_up_to(self, position: int) -> None:
        """Show the text up to a position."""


class Typist:
    """Takes the characters that the user types, one when the network has read the one before."""

    def __init__(self, page: Page, tell: Callable[[str], None]) -> None:
        """Write on a page.

        Args:
            page: the text.
            tell: shows a warning.
        """
        self.page, self.tell = page, tell
        self.find_candidate: Callable[[int], int | None] = lambda number: None
        """Returns the id of the candidate with a number; None if none is shown."""
        self._literal = False
        """Whether the next character is taken as it is."""
        self._waiting: list[str] = []
        """Characters that were typed while the one before was being read."""

    def type(self, character: str) -> None:
        """Take a character, or the candidate of a digit; an empty one takes the last one back."""
        author = self.page.author
        if author is None or (author.writer.busy and not author.choosing):
            return  # a long text is being read
        self._waiting.append(character)
        self.take_waiting()

    def take_waiting(self) -> None:
        """Take characters that were typed, until the network has to read one."""
        author = self.page.author
        while author is not None and self._waiting and not author.writer.busy:
            self.page.show_written()  # the cursor stands behind the character before
            self._take_typed(author, self._waiting.pop(0))

    def take_candidate(self, number: int) -> None:
        """End the text at the cursor with the candidate of that number."""
        index = self.find_candidate(number)
        if index is not None:
            self._take(index)

    def _take_typed(self, author: Author, typed: str) -> None:
        literal, self._literal = self._literal, False
        vocabulary = author.manuscript.model.vocabulary
        if not typed:
            if author.take_back(self.page.cursor):
                self.page.show_all()
        elif typed == LITERAL and not literal:
            self._literal = True
        elif typed in DIGITS and not literal:
            self.take_candidate(DIGITS.index(typed))
        elif typed in vocabulary:
            self._take(vocabulary.index(typed))
        else:
            self.tell(f"{format_name(author.manuscript.model.name)} does not know {typed!r}")

    def _take(self, index: int) -> None:
        author, cursor = self.page.author, self.page.cursor
        if author is not None and author.take(cursor, index):
            self.page.show_up_to(cursor)
