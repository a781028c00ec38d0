"""The command palette: every pane and action, every model and corpus."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.binding import Binding

from charlm.console.program import printable
from corpora.known.catalog import CATALOG
from tui.models import kinds
from tui.tabs import TABS

if TYPE_CHECKING:
    from tui.app import CharlmApp

MODELS = {
    "charlm": ("generate", "Generate"),
    "classifier": ("classify", "Classify"),
    "translator": ("translate", "Translate"),
}
"""Where models of a kind are used."""


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
    for name, kind in kinds().items():
        if kind in MODELS:
            place, verb = MODELS[kind]
            # Textual would take brackets in a name for markup.
            shown = printable(name).replace("[", "(").replace("]", ")")
            use = partial(app.open, place, name)
            yield SystemCommand(f"{verb} with {shown}", "Use this model", use)
    for name, entry in CATALOG.items():
        yield SystemCommand(f"Train on {name}", entry.title, partial(app.open, "train", name))
