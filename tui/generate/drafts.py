"""Texts as they were: for undo and redo, and the endings that were rewritten. It uses no screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from charlm.language_model import LanguageModel
from tui.generate.pages import Page, count_bytes

UNDO = 100
"""Greatest number of steps that undo goes back."""
MOST_ENDINGS = 20
"""Greatest number of endings of a text, the one that is shown included."""
MOST_BYTES = 64_000_000
"""Memory of all texts that undo, redo and the endings hold; what two of them share counts once."""


@dataclass(frozen=True)
class Draft:
    """A text as it was, with the model that had read it. Drafts share the pages they begin with."""

    model: LanguageModel
    pages: tuple[Page, ...]
    """Full pages, and a last one that is not full."""
    next_logits: np.ndarray | None
    """Logits (V,) of the character after the end, if they are known."""
    prompt_length: int
    seed: int | None
    temperature: float | None
    """Seed and temperature of the newest part that the model wrote."""
    endings: Endings = field(default_factory=lambda: Endings())

    def __len__(self) -> int:
        return sum(map(len, self.pages))

    @property
    def text(self) -> str:
        """The whole text."""
        return decode(self.model, self.pages)

    def list_pages(self) -> Iterator[Page]:
        """Yield the pages of this draft and of its other endings."""
        yield from self.pages
        for other in self.endings.others:
            yield from other.pages


@dataclass(frozen=True)
class Endings:
    """The other endings of a text, in the order in which they were begun."""

    others: tuple[Draft, ...] = ()
    at: int = 0
    """How many of the others were begun before the ending that is shown."""

    def __len__(self) -> int:
        return len(self.others) + 1

    def begin(self, left: Draft) -> Endings:
        """Keep the ending that is shown, `left`; a new one begins, the last of all."""
        kept = [*self.others[: self.at], replace(left, endings=Endings()), *self.others[self.at :]]
        kept = kept[-(MOST_ENDINGS - 1) :]
        return Endings(tuple(kept), len(kept))

    def move(self, left: Draft, steps: int) -> tuple[Draft, Endings] | None:
        """Go to another ending.

        Args:
            left: the ending that is shown.
            steps: how many endings further; below 0, how many back.

        Returns:
            That ending, with the others; None if there is none so far.
        """
        all_of_them = [
            *self.others[: self.at],
            replace(left, endings=Endings()),
            *self.others[self.at :],
        ]
        target = self.at + steps
        if not steps or not 0 <= target < len(all_of_them):
            return None
        found = all_of_them.pop(target)
        return found, Endings(tuple(all_of_them), target)

    def find_branch(self, shown: Iterable[Page]) -> int:
        """Return how many characters the shown text has in common with its latest neighbour."""
        if not self.others:
            return 0
        other = self.others[self.at - 1 if self.at else 0]
        return count_common(shown, other.pages)


class History:
    """Drafts to go back to, and to go forward to again, within a bound on memory."""

    def __init__(self) -> None:
        self.past: list[Draft] = []
        self.future: list[Draft] = []

    def save(self, draft: Draft) -> None:
        """Save a draft that is about to change; there is nothing to redo any more."""
        self.past.append(draft)
        self.future.clear()
        self._forget()

    def undo(self, now: Draft) -> Draft | None:
        """Return the draft before `now`, which `redo` returns to; None if there is none."""
        return _exchange(self.past, self.future, now)

    def redo(self, now: Draft) -> Draft | None:
        """Return the draft that was undone last; None if there is none."""
        return _exchange(self.future, self.past, now)

    def _forget(self) -> None:
        """Forget the oldest drafts, beyond the bounds on their number and on memory."""
        del self.past[:-UNDO]
        seen: set[int] = set()
        room = MOST_BYTES
        for place in reversed(range(len(self.past))):
            new = [page for page in self.past[place].list_pages() if id(page) not in seen]
            seen.update(map(id, new))
            room -= count_bytes(new)
            if room < 0 and place < len(self.past) - 1:
                del self.past[: place + 1]
                return


def _exchange(source: list[Draft], target: list[Draft], now: Draft) -> Draft | None:
    if not source:
        return None
    target.append(now)
    return source.pop()


def decode(model: LanguageModel, pages: Iterable[Page]) -> str:
    """Return the text of some pages."""
    ids = [page.ids for page in pages]
    return model.vocabulary.decode(np.concatenate(ids)) if ids else ""


def count_common(one: Iterable[Page], other: Iterable[Page]) -> int:
    """Return how many characters two texts of the same model have in common at their beginning."""
    common = 0
    for mine, theirs in zip(one, other, strict=False):
        length = min(len(mine), len(theirs))
        if mine is not theirs:
            differ = mine.ids[:length] != theirs.ids[:length]
            if differ.any():
                return common + int(differ.argmax())
        common += length
        if len(mine) != len(theirs):
            break
    return common
