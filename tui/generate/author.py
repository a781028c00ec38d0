"""A manuscript, and the thread that writes in it. No screen here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from charlm.generation.sampling import Sampling
from tui.generate.manuscript import Manuscript, moved
from tui.generate.writer import Writer

if TYPE_CHECKING:
    from charlm.generation.sampling import Token
    from charlm.language_model import LanguageModel
    from tui.generate.controls import Controls


class Author:
    """Writes with a model, has it go on from anywhere, and takes what the user chooses.

    Whatever changes the text stops the thread first: only one of the two is ever at work.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.manuscript = Manuscript(model)
        self.writer = Writer()
        self.stepping = False
        """Whether the user chooses each character."""
        self.seed: int | None = None
        """That the newest part of the text was written with."""

    def with_model(self, model: LanguageModel) -> tuple[Manuscript, str]:
        """Return the text as another model reads it, and the characters that it does not know."""
        return moved(self.manuscript, model) if len(self.manuscript) else (Manuscript(model), "")

    def begin(self, prompt: str, controls: Controls) -> None:
        """Begin anew with `prompt`.

        Raises:
            UnknownSymbol: it has a character that the model does not know; nothing has changed.
        """
        self.writer.stop()
        self._write(self.manuscript.read(prompt), controls)

    def go_on(self, position: int, controls: Controls) -> None:
        """Write on from `position`; what stood behind it goes."""
        self.writer.stop()
        self.manuscript.cut(position)
        self._write(iter(()), controls)

    def _write(self, prompt: Iterator[Token], controls: Controls) -> None:
        self.seed = controls.drawn_seed()
        sampling = Sampling(
            temperature=controls.temperature, top_k=controls.top_k, top_p=controls.top_p
        )
        on = self.manuscript.write(sampling, length=controls.length, seed=self.seed)
        tokens = prompt if self.stepping else chain(prompt, on)
        levels = self.manuscript.levels  # the manuscript has worked them out
        self.writer.start((token.character, levels[-1]) for token in tokens)

    def take(self, position: int, number: int, count: int) -> bool:
        """In step mode, put candidate `number` of `count` at `position`; return whether it did."""
        candidates = self.manuscript.candidates(position, count)
        if not self.stepping or self.writer.busy or number >= len(candidates):
            return False
        self.manuscript.cut(position)
        self.manuscript.add(candidates[number][1])
        return True

    def undo(self) -> bool:
        """Come back to the version before; return whether there was one."""
        self.writer.stop()
        return self.manuscript.undo()

    @property
    def state(self) -> str:
        """What goes on, in a few words."""
        doing = "writing, F6 stops" if self.writer.busy else "ready"
        if self.stepping:
            doing = "step mode: 1 to 0 take a character"
        return doing if self.seed is None else f"{doing}; seed {self.seed}"
