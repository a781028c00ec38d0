"""A manuscript and the thread that writes in it. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from charlm.generation.sampling import Sampling
from tui.generate.manuscript import Manuscript, Version
from tui.generate.writer import Writer

if TYPE_CHECKING:
    from charlm.generation.tokens import Token
    from charlm.language_model import LanguageModel
    from tui.generate.controls import Controls


MOST_CHARACTERS = 200_000
"""Length at which writing ends, "endless" as well. The probabilities of a character take 577 bytes
with an alphabet of 100 characters: 115 MB in all."""


class Author:
    """A model that writes a text, which the user can change.

    Every method that changes the text stops the thread first, so the text never has two writers.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.manuscript = Manuscript(model)
        self.writer = Writer()
        self.stepping = False
        """Whether the user chooses each character: the step mode."""

    def take_over(self, new: Manuscript, old: Version) -> bool:
        """Go on with `new`, in which another model has read `old`; `undo` goes back to `old`.

        Returns:
            Whether this was done: not if the text has been changed since `old`.
        """
        self.writer.stop()
        if self.manuscript.text != old.text:
            return False
        new.keep([*self.manuscript.versions, old] if old.tokens else self.manuscript.versions)
        self.manuscript = new
        return True

    def begin(self, prompt: str, controls: Controls) -> None:
        """Begin a new text with `prompt`.

        Raises:
            UnknownSymbol: if the model does not know a character of the prompt; nothing changes.
        """
        self.writer.stop()
        self._write(self.manuscript.read(prompt), controls)

    def continue_from(self, position: int, controls: Controls) -> None:
        """Continue the text from `position`; the characters from there on are removed.

        In step mode nothing is written: at the end of the text there is then nothing to do.
        """
        self.writer.stop()
        if self.stepping and position >= len(self.manuscript):
            return
        self.manuscript.cut(position)
        self._write(iter(()), controls)

    def _write(self, prompt: Iterator[Token], controls: Controls) -> None:
        if self.stepping:  # the user goes on, without random numbers
            self.writer.start(self._add_levels(prompt))
            return
        seed = self.manuscript.seed = controls.draw_seed()
        sampling = Sampling(
            temperature=controls.temperature, top_k=controls.top_k, top_p=controls.top_p
        )
        room = max(0, MOST_CHARACTERS - len(self.manuscript))
        length = room if controls.length is None else min(controls.length, room)
        new = self.manuscript.write(sampling, length=length, seed=seed)
        self.writer.start(self._add_levels(chain(prompt, new)))

    def _add_levels(self, tokens: Iterable[Token]) -> Iterator[tuple[str, int]]:
        levels = self.manuscript.levels  # already computed when the token is written
        return ((token.character, levels[-1]) for token in tokens)

    def take_candidate(self, position: int, number: int, count: int) -> bool:
        """In step mode, end the text at `position` with a candidate; return whether this was done.

        Args:
            position: index of the new character; the characters from there on are removed.
            number: index of the candidate, the likeliest first.
            count: number of candidates to choose from.
        """
        candidates = self.manuscript.candidates(position, count)
        if not self.stepping or self.writer.busy or number >= len(candidates):
            return False
        self.manuscript.cut(position)
        self.manuscript.add(candidates[number][1])
        return True

    def undo(self) -> bool:
        """Restore the previous version of the text; return whether there was one."""
        self.writer.stop()
        return self.manuscript.undo()

    @property
    def status(self) -> str:
        """What the author does now, in a few words, with the seed."""
        doing = "writing, F6 stops" if self.writer.busy else "ready"
        if len(self.manuscript) >= MOST_CHARACTERS and not self.writer.busy:
            doing = "full: F7 writes anew from the cursor"
        if self.stepping:
            doing = "step mode: 1 to 0 take a character"
        seed = self.manuscript.seed
        return doing if seed is None else f"{doing}; seed {seed}"
