"""The command palette: every pane and action, every model and corpus."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.binding import Binding

from charlm.terminal import printable
from corpora.catalog import CATALOG
from tui.models import names
from tui.panes import TABS

if TYPE_CHECKING:
    from tui.app import CharlmApp


def commands(app: CharlmApp) -> Iterator[SystemCommand]:
    """Yield what can be done, the panes first."""
    for tab in TABS:
        yield SystemCommand(tab.title, f"Go to {tab.title}", partial(app.go_to, tab.name))
    pane = app.pane
    if pane is not None:
        for binding in type(pane).BINDINGS:
            if isinstance(binding, Binding):
                action = partial(app.run_action, binding.action, pane)
                yield SystemCommand(binding.description, f"Key {binding.key}", action)
    for name in names("charlm"):
        help_text = "Write with this model"
        # Textual would take brackets in a name for markup.
        shown = printable(name).replace("[", "(").replace("]", ")")
        yield SystemCommand(
            f"Generate with {shown}", help_text, partial(app.open, "generate", name)
        )
    for name, entry in CATALOG.items():
        yield SystemCommand(f"Train on {name}", entry.title, partial(app.open, "train", name))
