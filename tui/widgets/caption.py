"""A text on the screen that changes while the app runs."""

from __future__ import annotations

from rich.text import Text
from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class Caption(Static):
    """A `Static` that is told its text again and again, often the same one.

    Textual lays out and draws the whole screen whenever a `Static` is told anything: 20 ms, and a
    pane tells a dozen of them at every frame. This one does nothing for the text that it shows, and
    has the screen laid out only if it needs more or less room than before.
    """

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show a text.

        Args:
            content: the text.
            layout: whether it may need more or less room than the one before.
        """
        if not _is_same(self.content, content):
            super().update(content, layout=False)
            if layout and not self._fits():
                self.refresh(layout=True)

    def _fits(self) -> bool:
        """Return whether the text has just the room that it needs."""
        if self.styles.is_auto_width or not self.size.width:
            return False
        if not self.styles.is_auto_height:
            return True
        rules = self.styles.get_rules()
        return self.visual.get_height(rules, self.size.width) == self.size.height


def _is_same(shown: VisualType, new: VisualType) -> bool:
    """Return whether two texts look the same, their styles included."""
    if isinstance(shown, Content) and isinstance(new, Content):
        return shown.is_same(new)  # == compares their characters only
    if isinstance(shown, Text) and isinstance(new, Text):
        return shown == new and shown.style == new.style
    return isinstance(shown, str) and isinstance(new, str) and shown == new
