"""Choose what a map shows: the attention, or a field of the decoder's units."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widgets import Select

from tui.widgets.choice import Choice, list_options


class WhatChoice(Choice):
    """What a map can show. Which fields there are depends on the translator's cell."""

    offered: tuple[str, ...] = ()
    """What can be chosen."""

    def offer(self, names: Iterable[str], value: str) -> None:
        """Offer names, of which one is chosen, without a message."""
        names = tuple(names)
        with self.prevent(Select.Changed):
            if names != self.offered:
                self.offered = names
                self.set_options(list_options(names))
            self.value = value
