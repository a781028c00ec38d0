"""A value that is stepped up and down, by keys, by the wheel or by clicks on its arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Blur, Click, Key, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Stepper(Widget, can_focus=True):
    """One of a series of values, with its name: `temperature ◂ 0.7 ▸`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,minus", "step(-1)", "Less", show=False),
        Binding("right,plus", "step(1)", "More", show=False),
        Binding("home", "step(-100000)", "Least", show=False),
        Binding("end", "step(100000)", "Most", show=False),
    ]

    index: reactive[int] = reactive(0)

    @dataclass
    class Changed(Message):
        """The value is another one."""

        stepper: Stepper

        @property
        def control(self) -> Stepper:
            """The stepper whose value it is."""
            return self.stepper

    def __init__(
        self,
        name: str,
        values: Sequence[float | int | None],
        value: float | int | None,
        *,
        none: str = "off",
        id: str | None = None,
    ) -> None:
        """Begin at the one of `values` that is nearest to `value`; None is shown as `none`."""
        super().__init__(name=name, id=id)
        self.values, self.none = values, none
        self.typed = ""
        self.set_reactive(Stepper.index, self._nearest(value))

    @property
    def value(self) -> float | int | None:
        """The value that is chosen."""
        return self.values[self.index]

    @value.setter
    def value(self, value: float | int | None) -> None:
        self.index = self._nearest(value)

    def _nearest(self, value: float | int | None) -> int:
        if value is None:
            return self.values.index(None) if None in self.values else 0
        known = [(abs(one - value), at) for at, one in enumerate(self.values) if one is not None]
        return min(known)[1]

    def validate_index(self, index: int) -> int:
        """Stay in the series."""
        return max(0, min(index, len(self.values) - 1))

    def watch_index(self) -> None:
        """Tell that the value has changed."""
        self.post_message(self.Changed(self))

    def render(self) -> Text:
        """Draw name, arrows and value."""
        return Text.assemble(
            (f"{self.name} ", "dim"), "◂ ", (self._shown(), "bold"), " ▸", no_wrap=True
        )

    def _shown(self) -> str:
        return self.none if self.value is None else f"{self.value:g}"

    def get_content_width(self, *_: object) -> int:
        """Return the room of the longest value."""
        longest = max(len(f"{one:g}") if one is not None else len(self.none) for one in self.values)
        return cell_len(self.name or "") + longest + 5

    def action_step(self, steps: int) -> None:
        """Go up or down the series."""
        self.typed = ""
        self.index += steps

    def on_key(self, event: Key) -> None:
        """Take a number that is typed, digit by digit: the nearest value is chosen."""
        if event.character is None or event.character not in "0123456789.":
            return
        event.stop()
        self.typed += event.character
        if not _is_number(self.typed):  # a second point begins another one
            self.typed = event.character
        if _is_number(self.typed):
            self.value = float(self.typed)

    def on_blur(self, event: Blur) -> None:
        """Forget what was typed: the next digit begins another number."""
        self.typed = ""

    def on_click(self, event: Click) -> None:
        """Step down on the left arrow, up on the value and right of it."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.index += -1 if offset.x <= cell_len(self.name or "") + 2 else 1

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Step up."""
        event.stop()
        self.index += 1

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Step down."""
        event.stop()
        self.index -= 1


def _is_number(typed: str) -> bool:
    return typed.count(".") < 2 and any(map(str.isdigit, typed)) and len(typed) < 10
