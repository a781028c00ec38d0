"""A text that a model writes and can continue from any position. This module uses no screen."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from charlm.console.colors import find_level
from charlm.generation.generate import opening_ids, read
from charlm.generation.network import State
from charlm.generation.sampling import Sampler, Sampling
from charlm.generation.tokens import Token
from charlm.language_model import LanguageModel

SNAPSHOT_EVERY = 256
"""Characters between two saved states of the network. To continue from any position, the network
reads at most this many characters again."""
UNDO = 100
"""Greatest number of earlier versions of the text, for undo."""


@dataclass(frozen=True)
class Version:
    """An earlier version of a text; the fields are those of `Manuscript`."""

    model: LanguageModel
    tokens: list[Token]
    surprisals: array[float]
    levels: bytes
    prompt_length: int
    seed: int | None
    next_logits: np.ndarray
    """Logits (V,) of the character after the end."""
    snapshots: dict[int, State]

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(token.character for token in self.tokens)


class Manuscript:
    """A text, the probabilities of the model at each character, and earlier versions for undo.

    The network reads characters again only when it must continue. `cut`, `undo`, `candidates` and
    `entropy` never run the network. `read` and `write` do, so they return iterators, which another
    thread can consume. The class is not thread-safe: while a thread consumes an iterator, no other
    thread may change the text.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.tokens: list[Token] = []
        self.surprisals = array("f")
        """Surprisal of each character, in nats."""
        self.levels = bytearray()
        """Surprisal of each character as a level from 0 on; see `charlm.console.colors`."""
        self.prompt_length = 0
        """Number of characters at the beginning that the model did not write."""
        self.seed: int | None = None
        """Seed of the newest part that the model wrote, for the screen."""
        self.versions: list[Version] = []
        """Earlier versions, the newest last."""
        self._state = model.network.start()
        read(model.network, self._state, opening_ids(model.vocabulary, ""))
        self._read = 0
        """Number of characters that `_state` has read."""
        self._snapshots: dict[int, State] = {0: _copy(self._state)}
        self._next_logits = self._state.logits[:, 0].copy()
        """Logits (V,) of the next character, used while `_state` has not read the whole text."""

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(token.character for token in self.tokens)

    def read(self, prompt: str) -> Iterator[Token]:
        """Begin a new text, and return an iterator that reads the prompt.

        Args:
            prompt: beginning of the new text.

        Returns:
            Every character of the prompt, as soon as the network has read it.

        Raises:
            UnknownSymbol: if the model does not know a character of the prompt; nothing changes.
        """
        ids = self.model.vocabulary.encode(prompt).tolist()
        self._save_version()
        self._cut(0)
        self.prompt_length = len(ids)
        return (self.add(index) for index in ids)

    def cut(self, position: int) -> None:
        """Remove the characters from `position` on; `undo` restores them."""
        self._save_version()
        self._cut(min(position, len(self.tokens)))
        self.prompt_length = min(self.prompt_length, len(self.tokens))

    def undo(self) -> bool:
        """Restore the previous version; return whether there was one."""
        if not self.versions:
            return False
        version = self.versions.pop()
        self.model, self.seed = version.model, version.seed
        self.tokens, self.surprisals = list(version.tokens), version.surprisals
        self.levels, self.prompt_length = bytearray(version.levels), version.prompt_length
        self._next_logits = version.next_logits
        self._snapshots = dict(version.snapshots)
        self._rewind(len(self.tokens))
        return True

    def write(
        self, sampling: Sampling, *, length: int | None = None, seed: int | None = None
    ) -> Iterator[Token]:
        """Continue the text from its end, and yield every new character.

        After a prompt this is the text that `charlm generate` writes with the same seed. Elsewhere
        the random numbers depend on the seed and on the number of characters after the prompt, so
        the same text is continued in the same way.

        Args:
            sampling: how characters are sampled.
            length: number of characters to write; None writes without end.
            seed: seed of the random numbers; None draws one.

        Yields:
            Every character once it stands at the end of the text.
        """
        beyond = max(0, len(self.tokens) - self.prompt_length)
        sampler = Sampler(sampling, None if seed is None else seed + beyond)
        written = 0
        while length is None or written < length:
            (index,) = sampler(self._read_to_end()).tolist()
            yield self.add(index)
            written += 1

    def add(self, index: int) -> Token:
        """Append the symbol with id `index`, and have the network read it."""
        logits = self._logits_at_end()
        token = Token(self.model.vocabulary.symbols[index], index, logits)
        self.tokens.append(token)
        self.surprisals.append(token.surprisal)
        self.levels.append(find_level(self.surprisals[-1]))
        self._read_to_end()
        return token

    def candidates(self, position: int, count: int = 10) -> list[tuple[str, int, float]]:
        """Return the likeliest symbols at a position, given the text before it.

        Args:
            position: index of a character, or the length of the text for the next character.
            count: number of symbols.

        Returns:
            Symbol, id and probability of each, the likeliest first.
        """
        symbols = self.model.vocabulary.symbols
        best = self._token_at(position).best(count)
        return [(symbols[index], index, share) for index, share in best]

    def entropy(self, position: int) -> float:
        """Return the entropy of the model's distribution at `position`, in nats."""
        return self._token_at(position).entropy

    def _token_at(self, position: int) -> Token:
        inside = position < len(self.tokens)
        return self.tokens[position] if inside else Token("", 0, self._logits_at_end())

    def freeze(self) -> Version:
        """Return the text as it is now; later changes do not change what is returned."""
        return Version(
            self.model,
            list(self.tokens),
            self.surprisals[:],
            bytes(self.levels),
            self.prompt_length,
            self.seed,
            self._logits_at_end(),
            dict(self._snapshots),
        )

    def keep(self, versions: Sequence[Version]) -> None:
        """Have `undo` go back through these versions, the newest last."""
        self.versions = [*versions[-UNDO:]]

    def _save_version(self) -> None:
        """Save the text as it is now, for `undo`."""
        self.keep([*self.versions, self.freeze()])

    def _logits_at_end(self) -> np.ndarray:
        """Return the logits (V,) of the next character."""
        if self._read == len(self.tokens):
            return self._state.logits[:, 0].copy()
        return self._next_logits

    def _read_to_end(self) -> np.ndarray:
        """Read the rest of the text; return the logits (V, 1) of the next character."""
        while self._read < len(self.tokens):
            index = self.tokens[self._read].id
            self.model.network.step(self._state, np.array([index]))
            self._read += 1
            if self._read % SNAPSHOT_EVERY == 0:
                self._snapshots[self._read] = _copy(self._state)
        return self._state.logits

    def _cut(self, position: int) -> None:
        if position == len(self.tokens):
            return
        self._next_logits = self.tokens[position].logits
        del self.tokens[position:], self.surprisals[position:], self.levels[position:]
        self._snapshots = {at: state for at, state in self._snapshots.items() if at <= position}
        self._rewind(position)

    def _rewind(self, position: int) -> None:
        """Go back to the last snapshot that has read at most `position` characters."""
        self._read = max(at for at in self._snapshots if at <= position)
        self._state = _copy(self._snapshots[self._read])


def _copy(state: State) -> State:
    return state.take(np.zeros(1, np.int64))


def transfer(old: Version, model: LanguageModel) -> tuple[Manuscript, str]:
    """Have another model read a text.

    Args:
        old: text that is read, as `Manuscript.freeze` returned it.
        model: model of the new manuscript.

    Returns:
        The new manuscript, without earlier versions, and the characters that are left out because
        `model` does not know them.
    """
    new, text = Manuscript(model), old.text
    for _ in new.read(model.vocabulary.drop_unknown(text)):
        pass
    new.prompt_length = len(model.vocabulary.drop_unknown(text[: old.prompt_length]))
    new.seed = old.seed
    new.keep(())
    unknown = {character for character in text if character not in model.vocabulary}
    return new, "".join(sorted(unknown))
