"""The last page of a text, which grows at its end. This module uses no screen."""

from __future__ import annotations

import numpy as np

from charlm.generation.network import State
from charlm.language_model import LanguageModel
from tui.generate.pages import PAGE, Memory, Page


class OpenPage:
    """A page that can grow and be cut, with the logits before each character that it has read.

    One thread may add characters while another one looks at those that are there.

    Args:
        model: the model that reads it.
        start: index of its first character in the text.
        before: the network before that character.
        state: the same as a state, if there is one.
    """

    def __init__(
        self, model: LanguageModel, start: int, before: Memory, state: State | None = None
    ) -> None:
        self.model, self.start, self.before = model, start, before
        self.count = 0
        """How many characters it has."""
        self._ids = np.empty(PAGE, model.vocabulary.dtype)
        self._surprisals = np.empty(PAGE, np.float32)
        self._rows = np.empty((PAGE + 1, model.network.vocabulary_size), np.float32)
        self._rows[0] = before.logits
        self._known = 1
        """How many of the rows of logits are known."""
        self._state, self._read = state, 0
        """The network, and how many of the characters it has read."""
        self.next_logits: np.ndarray | None = None
        """Logits (V,) after the last character, where the row of it is not known."""

    @classmethod
    def of(
        cls, model: LanguageModel, start: int, page: Page, rows: np.ndarray | None = None
    ) -> OpenPage:
        """Open a page again.

        Args:
            model: the model that has read it.
            start: index of its first character in the text.
            page: its characters.
            rows: logits before each character and after the last, if they are known.
        """
        made = cls(model, start, page.before)
        made.count = len(page)
        made._ids[: made.count], made._surprisals[: made.count] = page.ids, page.surprisals
        if rows is not None:
            made._rows[: made.count + 1] = rows[: made.count + 1]
            made._known = made.count + 1
        return made

    @property
    def end(self) -> int:
        """Index in the text of the character after the last one."""
        return self.start + self.count

    def freeze(self) -> Page:
        """Return the page as it is now."""
        return Page(self.before, self._ids, self._surprisals).cut(self.count)

    def add(self, index: int, surprisal: float) -> None:
        """Append a character, and have the network read it."""
        self._ids[self.count], self._surprisals[self.count] = index, surprisal
        self.count += 1
        self.read_to_end()

    def cut(self, place: int) -> None:
        """Remove the characters from `place` on."""
        logits = self.find_logits(place)
        self.next_logits = None if logits is None else logits.copy()
        self.count, self._known = place, min(self._known, place + 1)
        if self._read > place:
            self._state = None

    def close(self) -> tuple[Page, np.ndarray, OpenPage]:
        """Return the page, which is full, its logits, and the page that follows."""
        assert self._state is not None
        full = Page(self.before, self._ids, self._surprisals)
        after = OpenPage(self.model, self.start + PAGE, Memory.of(self._state), self._state)
        return full, self._rows, after

    def find_logits(self, place: int) -> np.ndarray | None:
        """Return the logits (V,) before the character at `place`, if they are known."""
        if place < self._known:
            row: np.ndarray = self._rows[place]
            return row
        return self.next_logits if place == self.count else None

    def keep_rows(self, page: Page, rows: np.ndarray) -> None:
        """Keep logits that were found for `page`, if this page begins with its characters."""
        same = page.before is self.before and np.array_equal(page.ids, self._ids[: len(page)])
        if same and len(page) <= self.count:
            self._rows[: len(rows)] = rows
            self._known = max(self._known, len(rows))

    def read_to_end(self) -> np.ndarray:
        """Read what the network has not read; return the logits (V,) of the next character."""
        if self._state is None:
            self._state, self._read = self.before.restore(self.model.network), 0
        while self._read < self.count:
            self.model.network.step(self._state, self._ids[self._read : self._read + 1])
            self._read += 1
            self._rows[self._read] = self._state.logits[:, 0]
        self._known = self.count + 1
        logits: np.ndarray = self._rows[self.count]
        return logits
