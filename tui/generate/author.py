"""A manuscript and the thread that writes in it. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from charlm.console.colors import find_level
from tui.generate.drafts import Draft
from tui.generate.manuscript import Manuscript
from tui.generate.reading import MOST_CHARACTERS
from tui.generate.writer import Writer

if TYPE_CHECKING:
    from charlm.generation.tokens import Token
    from charlm.language_model import LanguageModel
    from tui.generate.controls import Controls


class Author:
    """A model that writes a text, which the user can change.

    Every method that changes the text stops the thread first, so the text never has two writers.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.manuscript = Manuscript(model)
        self.writer = Writer()
        self.stepping = False
        """Whether the user chooses each character: the step mode."""
        self.choosing = False
        """Whether what the thread does is to read a character that the user chose."""

    @property
    def full(self) -> bool:
        """Whether the text is as long as a text can be."""
        return len(self.manuscript) >= MOST_CHARACTERS

    def take_over(self, new: Manuscript, old: Draft) -> bool:
        """Go on with `new`, in which another model has read `old`; `undo` goes back to `old`.

        Returns:
            Whether this was done: not if the text has been changed since `old`.
        """
        self.writer.stop()
        if self.manuscript.text != old.text:
            return False
        if len(old):
            new.history.save(old)
        self.manuscript = new
        return True

    def begin(self, prompt: str, controls: Controls) -> None:
        """Begin a new text with `prompt`.

        Raises:
            UnknownSymbol: if the model does not know a character of the prompt; nothing changes.
        """
        self.writer.stop()
        prompt = prompt[:MOST_CHARACTERS]
        self._write(self.manuscript.read(prompt), controls, read=len(prompt))

    def read(self, text: str) -> None:
        """Read a text of the user's; nothing is written.

        Raises:
            UnknownSymbol: if the model does not know a character of it; nothing changes.
        """
        self.writer.stop()
        text = text[:MOST_CHARACTERS]
        self.choosing = False
        self.writer.start(_add_levels(self.manuscript.read(text)), read=len(text))

    def continue_from(self, position: int, controls: Controls) -> None:
        """Continue the text from `position`; what stood there is kept as another ending.

        In step mode nothing is written: at the end of the text there is then nothing to do.
        """
        self.writer.stop()
        if self.stepping and position >= len(self.manuscript):
            return
        self.manuscript.rewrite_from(position)
        self._write(iter(()), controls)

    def _write(self, prompt: Iterator[Token], controls: Controls, *, read: int = 0) -> None:
        self.choosing = False
        if self.stepping:  # the user goes on, without random numbers
            self.writer.start(_add_levels(prompt), read=read)
            return
        seed = self.manuscript.seed = controls.draw_seed()
        self.manuscript.temperature = controls.temperature
        room = max(0, MOST_CHARACTERS - len(self.manuscript) - read)
        length = room if controls.length is None else min(controls.length, room)
        new = self.manuscript.write(controls.sampling, length=length, seed=seed)
        self.writer.start(_add_levels(chain(prompt, new)), read=read)

    def take(self, position: int, index: int) -> bool:
        """In step mode, end the text at `position` with a symbol; return whether this was done.

        Args:
            position: index of the new character; the characters from there on are removed, and
                kept as another ending.
            index: id of the symbol.
        """
        if not self.stepping or self.writer.busy or position >= MOST_CHARACTERS:
            return False
        self.choosing = True
        self.manuscript.rewrite_from(position)
        # In the thread: the network may have to read a page again.
        self.writer.start(_add_levels(self.manuscript.add(one) for one in (index,)))
        return True

    def take_back(self, position: int) -> bool:
        """In step mode, end the text before the character before `position`."""
        if not self.stepping or self.writer.busy or position < 1:
            return False
        self.manuscript.cut(position - 1)
        return True

    def undo(self) -> bool:
        """Restore the draft before; return whether there was one."""
        self.writer.stop()
        return self.manuscript.undo()

    def redo(self) -> bool:
        """Restore the draft that was undone last; return whether there was one."""
        self.writer.stop()
        return self.manuscript.redo()

    def move_ending(self, steps: int) -> bool:
        """Show another ending of the text; return whether there is one."""
        self.writer.stop()
        return self.manuscript.move_ending(steps)


def _add_levels(tokens: Iterable[Token]) -> Iterator[tuple[str, int]]:
    return ((token.character, find_level(token.surprisal)) for token in tokens)
