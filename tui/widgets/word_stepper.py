"""A word of several that keys, the mouse wheel and clicks on its arrows step through."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Key

from charlm.console.program import format_name
from tui.widgets.stepper import Stepper


class WordStepper(Stepper):
    """A name, and one of several words: `wrap ◂ words ▸`; `value` is the index of the word."""

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        word: str | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Offer words, at least one; without one of them as `word`, the first is chosen."""
        self.words = list(words)
        first = self.words.index(word) if word in self.words else 0
        super().__init__(name, range(len(self.words)), first, id=id, classes=classes)

    def offer_words(self, words: Sequence[str], word: str | None = None) -> None:
        """Offer other words; without one of them as `word`, the first is chosen."""
        self.words = list(words)
        self.offer(range(len(self.words)), self.words.index(word) if word in self.words else 0)

    @property
    def word(self) -> str:
        """The word that is chosen."""
        return self.words[int(self.value or 0)]

    @word.setter
    def word(self, word: str) -> None:
        if word in self.words:
            self.value = self.words.index(word)

    def on_key(self, event: Key) -> None:
        """Take no numbers: a word has none."""
        event.prevent_default()

    def list_longest(self) -> Sequence[float | int | None]:
        """Return the indices of all words: any may be the longest."""
        return self.values

    def format_value(self, value: float | int | None) -> str:
        """Return the word of that index."""
        return format_name(self.words[int(value or 0)])
