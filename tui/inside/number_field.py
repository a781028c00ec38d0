"""A number that is typed, or stepped with the arrows up and down and the wheel."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseScrollDown, MouseScrollUp
from textual.widgets import Input

STEP = 0.5


class NumberField(Input):
    """A number of either sign."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", f"step({STEP})", "more", show=False),
        Binding("down", f"step(-{STEP})", "less", show=False),
    ]

    def __init__(self, value: str = "0", *, id: str | None = None) -> None:
        super().__init__(value, compact=True, max_length=12, select_on_focus=True, id=id)

    def action_step(self, by: float) -> None:
        """Add to the number; what is no number becomes 0 first."""
        try:
            number = float(self.value.replace("\N{MINUS SIGN}", "-"))
        except ValueError:
            number = 0.0
        self.value = f"{number + by:g}"

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Step up."""
        event.stop()
        self.action_step(STEP)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Step down."""
        event.stop()
        self.action_step(-STEP)
