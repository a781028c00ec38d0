"""The keys of the app: one table, so that a key means the same in every pane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Key:
    """A key, and what it means everywhere."""

    key: str
    """Name of the key, as Textual spells it."""
    meaning: str
    first: bool = True
    """Whether the pane gets the key before the widget that has the focus."""


KEYS: Mapping[str, Key] = {
    "run": Key("ctrl+r", "run or stop what the pane is for"),
    "open": Key("ctrl+o", "open a file or a folder"),
    "save": Key("ctrl+s", "save or export"),
    "beside": Key("ctrl+l", "lay something beside it"),
    "new": Key("ctrl+n", "begin anew"),
    "steps": Key("ctrl+t", "step by step"),
    "go_on": Key("f7", "go on from here"),
    "example": Key("f8", "show an example"),
    "colors": Key("f9", "colours on or off"),
    "undo": Key("ctrl+z", "undo", first=False),
    "redo": Key("ctrl+y", "redo", first=False),
    "copy": Key("ctrl+c", "copy", first=False),
    "stop": Key("escape", "stop what works", first=False),
    "find": Key("slash", "find", first=False),
    "help": Key("f1", "help, and the keys"),
    "settings": Key("f10", "settings"),
    "jump": Key("ctrl+g", "jump to a panel or a field"),
    "palette": Key("ctrl+p", "every command"),
    "quit": Key("ctrl+q", "quit"),
}
"""Keys by the name of what they do. The user's settings can name other keys for them."""


def bind(name: str, action: str, label: str, *, show: bool = True) -> Binding:
    """Return the binding of a key of the table.

    Args:
        name: what the key does: a name of `KEYS`.
        action: action of the widget that has the binding.
        label: a word or two for the line of keys.
        show: whether the line of keys shows it; help and palette always do.
    """
    known = KEYS[name]
    return Binding(known.key, action, label, show=show, priority=known.first, id=name)
