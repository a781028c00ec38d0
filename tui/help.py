"""The help of a pane: what it is for, and the keys that work there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Markdown, Static

from tui.pane import Pane
from tui.screens import Modal


class Help(Modal):
    """The help of a pane, with the keys of the pane, of its widgets and of the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,q", "dismiss", "Close", show=False),
    ]

    def __init__(self, title: str, pane: Pane) -> None:
        super().__init__()
        self.heading, self.text = title, pane.HELP
        self.tables = list_tables(pane)

    def compose(self) -> ComposeResult:
        """Lay out the text and the keys."""
        with VerticalScroll() as room:
            room.border_title = f"Help · {self.heading}"
            room.border_subtitle = "escape closes it"
            yield Markdown(self.text)
            for table in self.tables:
                yield Static(draw_table(table), classes="keys")


@dataclass(frozen=True)
class KeyTable:
    """Keys that work in one place, and what each of them does."""

    title: str
    rows: Sequence[tuple[str, str]]


def draw_table(table: KeyTable) -> Content:
    """Return a table of keys as text: a title, then a line for each key."""
    width = max(cell_len(key) for key, _ in table.rows)
    lines = [Content(table.title).stylize("bold")]
    for key, meaning in table.rows:
        pad = " " * (width - cell_len(key))
        lines.append(Content.assemble("  ", (key, "bold $text-accent"), f"{pad}  {meaning}"))
    return Content("\n").join(lines)


def list_tables(pane: Pane) -> list[KeyTable]:
    """Return the keys of a pane, of each kind of widget in it, and of the app."""
    own = pane.app._keymap
    inside = [one for one in pane.walk_children(Widget) if type(one).__module__.startswith("tui.")]
    kinds = {type(one): one for one in inside}.values()
    tables = [KeyTable("In this pane", [*list_keys(pane, own)])]
    tables += [KeyTable(_name_kind(one), [*list_keys(one, own)]) for one in kinds]
    tables.append(KeyTable("Everywhere", [*list_keys(pane.app, own)]))
    return [table for table in tables if table.rows]


def _name_kind(widget: Widget) -> str:
    """Return the first sentence of a widget's docstring: it says what the widget is."""
    said = (type(widget).__doc__ or type(widget).__name__).split("\n")[0]
    return said.split(":")[0].split(";")[0].rstrip(".")


def list_keys(node: DOMNode, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a widget or of the app, and what each does.

    Args:
        node: widget or app with bindings.
        own: keys that the user has set, by the id of their binding.
    """
    for binding in type(node).BINDINGS:
        if isinstance(binding, Binding) and binding.description:
            keys = own.get(binding.id or "", binding.key).split(",")
            meaning = binding.tooltip or binding.description
            yield " ".join(map(format_key, keys)), meaning[:1].upper() + meaning[1:]


def format_key(key: str) -> str:
    """Return a key as the help shows it: `^r`, `F7`, `/`."""
    known = {"slash": "/", "left_square_bracket": "[", "right_square_bracket": "]", "plus": "+"}
    known |= {"left": "←", "right": "→", "up": "↑", "down": "↓", "minus": "-", "space": "space"}
    parts = key.split("+") if key != "+" else [key]
    last = known.get(parts[-1], parts[-1])
    if len(last) > 1 and last[0] == "f" and last[1:].isdigit():
        last = last.upper()
    marks = {"ctrl": "^", "shift": "shift+", "alt": "alt+"}
    return "".join(marks.get(part, f"{part}+") for part in parts[:-1]) + last
