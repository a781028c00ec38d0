"""A text that a model writes and can continue from any position. This module uses no screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np

from charlm.generation.generate import opening_ids, read
from charlm.generation.sampling import Sampler, Sampling
from charlm.generation.tokens import Token
from charlm.language_model import LanguageModel
from tui.generate.drafts import Draft, Endings, History, decode
from tui.generate.open_page import OpenPage
from tui.generate.pages import PAGE, Memory, Page, read_rows

MOST_ROW_BYTES = 4_000_000
"""Memory of the logits that are kept of pages that were read or looked at last."""


class Manuscript:
    """A text in pages, what the model expected at each character, and the texts before it.

    The network reads characters again only when it must continue, or when somebody looks at a page
    that was left long ago: `find_logits` never does. `read` and `write` return iterators, which
    another thread can consume. The class is not thread-safe: while a thread consumes an iterator,
    no other thread may change the text.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.history = History()
        self.endings = Endings()
        self.prompt_length = 0
        """Number of characters at the beginning that the model did not write."""
        self.seed: int | None = None
        self.temperature: float | None = None
        """Seed and temperature of the newest part that the model wrote, for the screen."""
        state = model.network.start()
        read(model.network, state, opening_ids(model.vocabulary, ""))
        self._looked_at: OrderedDict[Page, np.ndarray] = OrderedDict()
        """Logits of full pages, those looked at last at the end."""
        self._pages: list[Page] = []
        """Full pages. While one thread adds to the text, there may be one more than `_end` says."""
        self._end = OpenPage(model, 0, Memory.of(state), state)
        """The last page, with the index of its first character."""

    def __len__(self) -> int:
        return self._end.end

    @property
    def text(self) -> str:
        """The whole text."""
        return decode(self.model, self.list_pages())

    @property
    def surprisals(self) -> np.ndarray:
        """Surprisal (T,) of each character, in nats."""
        return np.concatenate([page.surprisals for page in self.list_pages()])

    def list_pages(self) -> list[Page]:
        """Return the pages; the last one is a copy of the open one, and may be empty."""
        end = self._end
        return [*self._pages[: end.start // PAGE], end.freeze()]

    # Reading and writing

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
        self.save()
        self.endings = Endings()
        self._cut(0)
        self.prompt_length, self.seed, self.temperature = len(ids), None, None
        return (self.add(index) for index in ids)

    def cut(self, position: int) -> None:
        """Remove the characters from `position` on; `undo` restores them."""
        self.save()
        self._cut(min(position, len(self)))
        self.prompt_length = min(self.prompt_length, len(self))

    def rewrite_from(self, position: int) -> None:
        """Remove the characters from `position` on, and keep them as another ending."""
        now = self.freeze()
        self.history.save(now)
        if position < len(self):
            self.endings = self.endings.begin(now)
        self._cut(min(position, len(self)))
        self.prompt_length = min(self.prompt_length, len(self))

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
        beyond = max(0, len(self) - self.prompt_length)
        sampler = Sampler(sampling, None if seed is None else seed + beyond)
        written = 0
        while length is None or written < length:
            (index,) = sampler(self._end.read_to_end()[:, None]).tolist()
            yield self.add(index)
            written += 1

    def add(self, index: int) -> Token:
        """Append the symbol with id `index`, and have the network read it."""
        # A copy: the rows of a page may be forgotten before the token.
        logits = self._end.read_to_end().copy()
        token = Token(self.model.vocabulary.symbols[index], index, logits)
        self._end.add(index, token.surprisal)
        if self._end.count == PAGE:
            page, rows, after = self._end.close()
            self._pages.append(page)
            self._keep(page, rows)
            self._end = after
        return token

    # What the model expected

    def find_logits(self, position: int) -> np.ndarray | None:
        """Return the logits (V,) before the character at a position, if they are still known."""
        end = self._end
        if position >= end.start:
            return end.find_logits(position - end.start)
        number, place = divmod(position, PAGE)
        rows = self._looked_at.get(self._pages[number])
        return None if rows is None else rows[place]

    def find_page(self, position: int) -> tuple[Page, int]:
        """Return the page of a position, and the place of the position in it."""
        end = self._end
        if position >= end.start:
            return end.freeze(), position - end.start
        number, place = divmod(position, PAGE)
        return self._pages[number], place

    def keep_rows(self, page: Page, rows: np.ndarray) -> None:
        """Keep the logits that `read_rows` found for a page, if the text still has it."""
        if page in self._pages:
            self._keep(page, rows)
        else:
            self._end.keep_rows(page, rows)

    def read_logits(self, position: int) -> np.ndarray:
        """Return the logits (V,) before the character at a position; this may read a page again."""
        logits = self.find_logits(position)
        if logits is None:
            page, place = self.find_page(position)
            self.keep_rows(page, rows := read_rows(self.model.network, page))
            logits = rows[place]
        return logits

    def _keep(self, page: Page, rows: np.ndarray) -> None:
        self._looked_at[page] = rows
        while len(self._looked_at) > max(2, MOST_ROW_BYTES // rows.nbytes):
            self._looked_at.popitem(last=False)

    # Drafts

    def freeze(self) -> Draft:
        """Return the text as it is now; later changes do not change what is returned."""
        logits = self.find_logits(len(self))
        return Draft(
            self.model,
            tuple(self.list_pages()),
            None if logits is None else logits.copy(),
            self.prompt_length,
            self.seed,
            self.temperature,
            self.endings,
        )

    def save(self) -> None:
        """Save the text as it is now, for `undo`."""
        self.history.save(self.freeze())

    def undo(self) -> bool:
        """Restore the draft before; return whether there was one."""
        return self._restore(self.history.undo(self.freeze()))

    def redo(self) -> bool:
        """Restore the draft that was undone last; return whether there was one."""
        return self._restore(self.history.redo(self.freeze()))

    def move_ending(self, steps: int) -> bool:
        """Show the ending that is `steps` further; return whether there is one."""
        now = self.freeze()
        if (found := self.endings.move(now, steps)) is None:
            return False
        self.history.save(now)
        self._restore(found[0])
        self.endings = found[1]
        return True

    def _restore(self, draft: Draft | None) -> bool:
        if draft is None:
            return False
        self.model, self.endings = draft.model, draft.endings
        self.prompt_length = draft.prompt_length
        self.seed, self.temperature = draft.seed, draft.temperature
        *full, last = draft.pages
        self._pages = full
        self._end = OpenPage.of(self.model, len(full) * PAGE, last)
        self._end.next_logits = draft.next_logits
        return True

    def _cut(self, position: int) -> None:
        """Remove the characters from `position` on."""
        if position >= self._end.start:
            self._end.cut(position - self._end.start)
            return
        number, place = divmod(position, PAGE)
        page = self._pages[number]
        del self._pages[number:]
        rows = self._looked_at.pop(page, None)
        self._end = OpenPage.of(self.model, number * PAGE, page.cut(place), rows)
