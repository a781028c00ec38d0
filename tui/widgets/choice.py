"""A value chosen from a list that unfolds; and the models there are, as such a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual import work
from textual.widgets import OptionList, Select

from tui.models import names


class Choice(Select[str]):
    """One of several names, on one line.

    A page up or down in its list raises KeyError in Textual 8.2 where the list has no room to be
    laid out. Such lists are short: here these keys go to its ends.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        value: str | None = None,
        none: str = "",
        id: str | None = None,
    ) -> None:
        """Offer `names`, at first the one that is `value`; `none` is shown where there are none."""
        options = [(name, name) for name in names]
        first: Any = Select.NULL if value is None else value
        blank = value is None
        super().__init__(options, prompt=none, value=first, allow_blank=blank, id=id, compact=True)

    @property
    def chosen(self) -> str | None:
        """The name, if there is any."""
        return self.value if isinstance(self.value, str) else None

    def on_mount(self) -> None:
        """Have the list turn no pages."""
        unfolded = self.query_one(OptionList)
        unfolded.action_page_up = unfolded.action_first  # type: ignore[method-assign]
        unfolded.action_page_down = unfolded.action_last  # type: ignore[method-assign]


class ModelChoice(Choice):
    """The models of a kind: those that ship, and those in run folders.

    They are looked for in a thread, and again whenever the list comes into view: a training may
    have made one.
    """

    def __init__(self, kind: str, *, none: str, preferred: int = 0, id: str | None = None) -> None:
        """Offer the models of `kind`, at first number `preferred`, if there are so many."""
        super().__init__(none=none, id=id)
        self.kind, self.preferred = kind, preferred
        self.offered: list[str] = []
        self.wanted: str | None = None

    def on_mount(self) -> None:
        """Look for models."""
        self.find()

    def on_show(self) -> None:
        """Look for new ones."""
        self.find()

    def use(self, name: str) -> None:
        """Choose a model, as soon as it is found."""
        self.wanted = name
        self.find()

    @work(thread=True, exclusive=True)
    def find(self) -> None:
        """Look for models."""
        self.call_later(self._offer, names(self.kind))

    def _offer(self, found: list[str]) -> None:
        before = self.chosen
        wanted = self.wanted if self.wanted in found else before
        if wanted not in found:
            wanted = found[self.preferred] if self.preferred < len(found) else None
        self.wanted = None
        if found != self.offered:
            self.offered = found
            with self.prevent(Select.Changed):
                self.set_options((name, name) for name in found)
                if wanted is not None and wanted == before:
                    self.value = wanted
        if wanted is not None:
            self.value = wanted
