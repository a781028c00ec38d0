"""Choose a name, or a model, from a list that unfolds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widgets import OptionList, Select
from textual.worker import get_current_worker

from tui.failures import ReportsFailures
from tui.models import list_names
from tui.strangers import format_label
from tui.workers import in_thread


def list_options(names: Iterable[str]) -> list[tuple[Any, str]]:
    """Return the options of names; a string would be taken for markup."""
    return [(format_label(name), name) for name in names]


class Choice(Select[str]):
    """One of several names, on one line.

    In Textual 8.2, page up and page down raise KeyError where the window has no room for the list.
    The lists here are short, so these keys go to the first and the last name instead.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        value: str | None = None,
        none: str = "",
        id: str | None = None,
    ) -> None:
        """Offer names.

        Args:
            names: names to choose from.
            value: name that is chosen at first; None allows that no name is chosen.
            none: text that is shown while no name is chosen.
            id: id of the widget.
        """
        first: Any = Select.NULL if value is None else value
        blank = value is None
        options = list_options(names)
        super().__init__(options, prompt=none, value=first, allow_blank=blank, id=id, compact=True)

    @property
    def chosen(self) -> str | None:
        """The name that is chosen, if any."""
        return self.value if isinstance(self.value, str) else None

    def on_mount(self) -> None:
        """Have page up and page down go to the ends of the list."""
        unfolded = self.query_one(OptionList)
        unfolded.action_page_up = unfolded.action_first  # type: ignore[method-assign]
        unfolded.action_page_down = unfolded.action_last  # type: ignore[method-assign]


class ModelChoice(ReportsFailures, Choice):
    """The models of a kind: the shipped models, and those in run folders.

    A thread lists them, and lists them again whenever the widget is shown: a training may have
    made a new one.
    """

    def __init__(self, kind: str, *, none: str, preferred: int = 0, id: str | None = None) -> None:
        """Offer models.

        Args:
            kind: kind of the models; see `charlm.runs.registry`.
            none: text that is shown if there is no model.
            preferred: index of the model that is chosen at first, if there are enough models.
            id: id of the widget.
        """
        super().__init__(none=none, id=id)
        self.kind, self.preferred = kind, preferred
        self.offered: list[str] = []
        self.wanted: str | None = None
        """Name of the model to choose once it is found."""

    def on_mount(self) -> None:
        """List the models."""
        self.find()

    def on_show(self) -> None:
        """List the models again."""
        self.find()

    def use(self, name: str) -> None:
        """Choose a model once it is found."""
        self.wanted = name
        self.find()

    def show(self, name: str) -> None:
        """Show a model as chosen, without a message; nothing is chosen if it is not offered."""
        with self.prevent(Select.Changed):
            if name in self.offered:
                self.value = name
            else:
                self.clear()

    @in_thread("models")
    def find(self) -> None:
        """List the models, in a thread."""
        found = list_names(self.kind)
        if not get_current_worker().is_cancelled:
            self.call_later(self._offer, found)

    def _offer(self, found: list[str]) -> None:
        before = self.chosen
        wanted = self.wanted if self.wanted in found else before
        if wanted not in found:
            wanted = found[self.preferred] if self.preferred < len(found) else None
        self.wanted = None
        if found != self.offered:
            self.offered = found
            with self.prevent(Select.Changed):
                self.set_options(list_options(found))
                if wanted is not None and wanted == before:
                    self.value = wanted
        if wanted is not None:
            self.value = wanted
        elif before is not None:  # there is no model any more
            self.post_message(self.Changed(self, self.value))
