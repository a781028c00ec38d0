"""A text in pages of ids, each with the state of the network before it. This module uses no screen.

Kept are 1 to 4 bytes of id and 4 of surprisal a character, and for each page the memory of the
network and one row of logits: 23 bytes a character in all for 4x128 with 82 symbols. The logits
between, 328 bytes a character, are computed again when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from charlm.generation.network import Network, State

PAGE = 256
"""Characters of a page. To continue from any position, or to show what was expected there, the
network reads at most this many characters again."""


@dataclass(frozen=True, eq=False, slots=True)
class Memory:
    """What a network carries from one character to the next, and what it expects next."""

    layers: tuple[tuple[np.ndarray, ...], ...]
    """Arrays (H,) of each layer: h, or h and c."""
    logits: np.ndarray
    """Logits (V,) of the next character."""

    @classmethod
    def of(cls, state: State) -> Memory:
        """Return a copy of what a state of one stream holds."""
        layers = tuple(tuple(one[:, 0].copy() for one in layer.memory) for layer in state.layers)
        return cls(layers, state.logits[:, 0].copy())

    def restore(self, network: Network) -> State:
        """Return a new state that holds the same."""
        state = State(network, 1)
        for layer, kept in zip(state.layers, self.layers, strict=True):
            for target, source in zip(layer.memory, kept, strict=True):
                target[:, 0] = source
        state.logits[:, 0] = self.logits
        return state

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.logits.nbytes + sum(one.nbytes for layer in self.layers for one in layer)


@dataclass(frozen=True, eq=False, slots=True)
class Page:
    """A part of a text that no longer changes, so that versions of the text can share it."""

    before: Memory
    """The network before the first character."""
    ids: np.ndarray
    """Ids (N,) of the characters, in the smallest type that can hold them."""
    surprisals: np.ndarray
    """Surprisal (N,) of each character, in nats, float32."""

    def __len__(self) -> int:
        return len(self.ids)

    def cut(self, length: int) -> Page:
        """Return a page with the first characters only."""
        return Page(self.before, self.ids[:length].copy(), self.surprisals[:length].copy())


def read_rows(network: Network, page: Page) -> np.ndarray:
    """Read a page again; return the logits (N + 1, V) before each character and after the last."""
    state = page.before.restore(network)
    rows = np.empty((len(page) + 1, network.vocabulary_size), np.float32)
    rows[0] = page.before.logits
    for place in range(len(page)):
        network.step(state, page.ids[place : place + 1])
        rows[place + 1] = state.logits[:, 0]
    return rows


def count_bytes(pages: Iterable[Page]) -> int:
    """Return the bytes of some pages; what two of them share counts once."""
    distinct = {id(page): page for page in pages}.values()
    memories = {id(page.before): page.before for page in distinct}.values()
    arrays = sum(page.ids.nbytes + page.surprisals.nbytes for page in distinct)
    return arrays + sum(memory.nbytes for memory in memories)
