"""A text that a model writes, and what it takes to go on from any place in it. No screen here."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from charlm.console.colors import level
from charlm.generation.generate import opening, read
from charlm.generation.network import State
from charlm.generation.sampling import Sampler, Sampling, Token
from charlm.language_model import LanguageModel

SNAPSHOT_EVERY = 256
"""Characters between kept states: so many are read again, at most, to go on from any place. They
take a fiftieth of a second."""
UNDO = 100
"""Versions that can be come back to."""


@dataclass(frozen=True)
class Version:
    """A text as it once was."""

    tokens: list[Token]
    surprisals: array[float]
    levels: bytes
    prompted: int
    ahead: np.ndarray
    """Logits (V,) behind its end."""
    kept: dict[int, State]


class Manuscript:
    """The characters of a text, what the model expected at each of them, and the versions before.

    Nothing is read again before it is needed: to leave away, to bring back and to look at what was
    likely costs nothing, however long the text is. What costs, `read` and `write`, comes as
    iterators, for another thread. Not safe for several threads: while one of them is at work,
    nobody else changes the text.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.tokens: list[Token] = []
        self.surprisals = array("f")
        """Of each character, in nats."""
        self.levels = bytearray()
        """The same as levels; see `charlm.console.colors`."""
        self.prompted = 0
        """Characters at the beginning that the model did not write."""
        self.past: list[Version] = []
        self._state = model.network.start()
        read(model.network, self._state, opening(model.vocabulary, ""))
        self._read = 0
        """Characters that `_state` has read."""
        self._kept: dict[int, State] = {0: _copy(self._state)}
        self._ahead = self._state.logits[:, 0].copy()
        """Logits behind the last character, where `_state` has not read so far."""

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(token.character for token in self.tokens)

    def read(self, prompt: str) -> Iterator[Token]:
        """Begin anew, and yield every character of `prompt` as soon as it has been read.

        Raises:
            UnknownSymbol: it has a character that the model does not know; nothing has changed.
        """
        ids = self.model.vocabulary.encode(prompt).tolist()
        self._remember()
        self._cut(0)
        self.prompted = len(ids)
        return (self._put(index) for index in ids)

    def cut(self, position: int) -> None:
        """Leave away all from `position` on, to go on from there; `undo` comes back to now."""
        self._remember()
        self._cut(min(position, len(self.tokens)))
        self.prompted = min(self.prompted, len(self.tokens))

    def undo(self) -> bool:
        """Come back to the version before; return whether there was one."""
        if not self.past:
            return False
        version = self.past.pop()
        self.tokens, self.surprisals = list(version.tokens), version.surprisals
        self.levels, self.prompted = bytearray(version.levels), version.prompted
        self._ahead = version.ahead
        self._kept = dict(version.kept)
        self._rewind(len(self.tokens))
        return True

    def write(
        self, sampling: Sampling, *, length: int | None = None, seed: int | None = None
    ) -> Iterator[Token]:
        """Go on from the end; yield every character as soon as it stands there.

        From the end of the prompt it is the text that `charlm generate` writes with the same seed.
        From elsewhere the seed and the place decide: the same again for the same text.
        """
        beyond = max(0, len(self.tokens) - self.prompted)
        sampler = Sampler(sampling, None if seed is None else seed + beyond)
        written = 0
        while length is None or written < length:
            (index,) = sampler(self._at_end()).tolist()
            yield self._put(index)
            written += 1

    def add(self, index: int) -> Token:
        """Put the symbol with that id at the end, as if the model had written it."""
        return self._put(index)

    def candidates(self, position: int, count: int = 10) -> list[tuple[str, int, float]]:
        """Return what the model thinks likeliest at `position`: symbol, id and probability.

        At the end that is what may come next; elsewhere, what it expected instead of what stands
        there.
        """
        symbols = self.model.vocabulary.symbols
        best = self._at(position).best(count)
        return [(symbols[index], index, share) for index, share in best]

    def entropy(self, position: int) -> float:
        """Return how unsure the model is, or was, of the character at `position`, in nats."""
        return self._at(position).entropy

    def _at(self, position: int) -> Token:
        inside = position < len(self.tokens)
        return self.tokens[position] if inside else Token("", 0, self._behind())

    def _remember(self) -> None:
        """Keep the text as it stands, for `undo`."""
        self.past.append(
            Version(
                list(self.tokens),
                self.surprisals[:],
                bytes(self.levels),
                self.prompted,
                self._behind(),
                dict(self._kept),
            )
        )
        del self.past[:-UNDO]

    def _put(self, index: int) -> Token:
        logits = self._behind()
        token = Token(self.model.vocabulary.symbols[index], index, logits)
        self.tokens.append(token)
        self.surprisals.append(token.surprisal)
        self.levels.append(level(self.surprisals[-1]))
        self._at_end()
        return token

    def _behind(self) -> np.ndarray:
        """Return the logits (V,) behind the last character."""
        if self._read == len(self.tokens):
            return self._state.logits[:, 0].copy()
        return self._ahead

    def _at_end(self) -> np.ndarray:
        """Read what has not been read; return the logits (V, 1) behind the last character."""
        while self._read < len(self.tokens):
            index = self.tokens[self._read].id
            self.model.network.step(self._state, np.array([index]))
            self._read += 1
            if self._read % SNAPSHOT_EVERY == 0:
                self._kept[self._read] = _copy(self._state)
        return self._state.logits

    def _cut(self, position: int) -> None:
        if position == len(self.tokens):
            return
        self._ahead = self.tokens[position].logits
        del self.tokens[position:], self.surprisals[position:], self.levels[position:]
        self._kept = {at: state for at, state in self._kept.items() if at <= position}
        self._rewind(position)

    def _rewind(self, position: int) -> None:
        """Go back to the last kept state that has read no more than `position` characters."""
        self._read = max(at for at in self._kept if at <= position)
        self._state = _copy(self._kept[self._read])


def _copy(state: State) -> State:
    return state.take(np.zeros(1, np.int64))


def moved(old: Manuscript, model: LanguageModel) -> tuple[Manuscript, str]:
    """Return the text of `old` as another model reads it, and the characters that it does not know.

    Those are left out.
    """
    new, known = Manuscript(model), model.vocabulary.drop_unknown(old.text)
    for _ in new.read(known):
        pass
    new.prompted = min(old.prompted, len(new))
    new.past.clear()
    unknown = {character for character in old.text if character not in model.vocabulary}
    return new, "".join(sorted(unknown))
