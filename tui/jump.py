"""Jump: a letter on every field of a pane, which moves the focus there."""

from __future__ import annotations

import string
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.errors import NoWidget
from textual.events import Key, Resize
from textual.widget import Widget
from textual.widgets import Label

from tui.pane import Pane
from tui.screens import Modal
from tui.widgets.panel import Panel
from tui.widgets.workspace import Workspace

LETTERS = "asdfghjklqwertyuiopzxcvbnm" + string.digits
"""Marks in the order in which they are given: first those where the fingers lie."""


class Jump(Modal):
    """Marks over the fields of a pane. A letter goes to its field, any other key goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "dismiss", "Close", show=False, priority=True),
    ]

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.targets = dict(zip(LETTERS, list_targets(pane), strict=False))

    def compose(self) -> ComposeResult:
        """Lay out the marks."""
        for letter, (widget, tab) in self.targets.items():
            mark = Label(f" {letter} " if not tab else f" {letter}: {tab} ", classes="mark")
            region = widget.region
            offset = (max(0, region.x), max(0, region.y))
            mark.styles.offset = offset if not tab else self._place(letter)
            yield mark

    def _place(self, letter: str) -> tuple[int, int]:
        """Return where the mark of a hidden tab stands: in a row at the bottom of the window."""
        hidden = [one for one, (_, tab) in self.targets.items() if tab]
        before = hidden[: hidden.index(letter)]
        width = sum(len(self.targets[one][1]) + 6 for one in before)
        return width, max(0, self.app.size.height - 2)

    def on_key(self, event: Key) -> None:
        """Go to the field of a letter."""
        event.stop()
        widget, tab = self.targets.get(event.key, (None, ""))
        self.dismiss()
        if widget is None:
            return
        if tab and isinstance(widget, Panel):
            workspace = widget.parent
            if isinstance(workspace, Workspace):
                workspace.open_tab(widget)
            return
        widget.focus()

    def on_resize(self, event: Resize) -> None:
        """Close: the fields have moved."""
        if self.is_current and event.size != self.app.size:
            self.dismiss()


def list_targets(pane: Pane) -> list[tuple[Widget, str]]:
    """Return the fields on the screen, and the panels behind tabs with the names of these."""
    found: list[tuple[Widget, str]] = []
    for widget in pane.walk_children(Widget):
        if isinstance(widget, Panel) and not widget.display and not widget.has_class("-gone"):
            found.append((widget, widget.tab))
        elif widget.focusable and _is_visible(widget):
            found.append((widget, ""))
    return found


def _is_visible(widget: Widget) -> bool:
    """Return whether the first cell of a widget is on the screen, not scrolled out of sight."""
    try:
        place = widget.screen.find_widget(widget)
    except NoWidget:  # it is behind a tab
        return False
    return bool(place.visible_region.area) and place.clip.contains_point(place.region.offset)
