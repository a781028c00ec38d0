"""The help of a pane: what it is for, and the keys that work there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Markdown

from tui.pane import Pane
from tui.screens import Modal


class Help(Modal):
    """The help of a pane, with tables of the keys of the pane, of its widgets and of the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,q", "dismiss", "Close", show=False),
    ]

    def __init__(self, title: str, pane: Pane) -> None:
        super().__init__()
        self.text = "\n".join(write_help(title, pane))

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll():
            yield Markdown(self.text)


def write_help(title: str, pane: Pane) -> Iterator[str]:
    """Yield the lines of the help, in Markdown."""
    yield f"## {title}\n\n{pane.HELP}\n\n*escape closes this*\n"
    own = pane.app._keymap
    yield from _write_table("Here", list_keys(pane, own))
    inside = [one for one in pane.walk_children(Widget) if type(one).__module__.startswith("tui.")]
    for widget in {type(one): one for one in inside}.values():
        if rows := [*list_keys(widget, own)]:
            yield from _write_table(_name_kind(widget), rows)
    yield from _write_table("Everywhere", list_keys(pane.app, own))


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


def _write_table(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"\n### {title}\n\n| key | |\n|---|---|"
    for key, meaning in rows:
        escaped = meaning.replace("|", "\\|")
        yield f"| `{key}` | {escaped} |"
    yield ""
