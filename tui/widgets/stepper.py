"""A value that keys, the mouse wheel and clicks on its arrows step up and down."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
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

PAUSE = 1.5
"""Seconds after which the next digit begins a new number."""


class Stepper(Widget, can_focus=True):
    """A name, and one of a series of values: `temperature ◂ 0.7 ▸`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,minus", "step(-1)", "Less", show=False),
        Binding("right,plus", "step(1)", "More", show=False),
        Binding("home", "step(-1000000)", "Least", show=False),
        Binding("end", "step(1000000)", "Most", show=False),
    ]

    index: reactive[int] = reactive(0)
    """Index of the value in the series."""

    @dataclass
    class Changed(Message):
        """The value has changed."""

        stepper: Stepper

        @property
        def control(self) -> Stepper:
            """The stepper whose value has changed."""
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
        """Offer a series of values.

        Args:
            name: name of the value.
            values: series of values; numbers in rising order, with None at either end or absent.
            value: value to begin with; the nearest in `values` is taken.
            none: text that is shown for None.
            id: id of the widget.
        """
        super().__init__(name=name, id=id)
        self.values, self.none = values, none
        self._numbers = [one for one in values if one is not None]
        self._longest = max(len(none if one is None else f"{one:g}") for one in values)
        self.typed = ""
        """Digits of the number that is being typed."""
        self._typed_at = -math.inf
        self.set_reactive(Stepper.index, self._find_nearest(value))

    @property
    def value(self) -> float | int | None:
        """The value that is chosen."""
        return self.values[self.index]

    @value.setter
    def value(self, value: float | int | None) -> None:
        self.index = self._find_nearest(value)

    def _find_nearest(self, value: float | int | None) -> int:
        if value is None:
            return self.values.index(None) if None in self.values else 0
        first = int(self.values[0] is None)
        above = bisect_left(self._numbers, value)
        near = range(max(0, above - 1), min(above + 1, len(self._numbers)))
        return first + min(near, key=lambda at: abs(self._numbers[at] - value))

    def validate_index(self, index: int) -> int:
        """Return the nearest index in the series."""
        return max(0, min(index, len(self.values) - 1))

    def watch_index(self) -> None:
        """Post a message that the value has changed."""
        self.post_message(self.Changed(self))

    def render(self) -> Text:
        """Draw name, arrows and value."""
        return Text.assemble(
            (f"{self.name} ", "dim"), "◂ ", (self._format_value(), "bold"), " ▸", no_wrap=True
        )

    def _format_value(self) -> str:
        return self.none if self.value is None else f"{self.value:g}"

    def get_content_width(self, *_: object) -> int:
        """Return the width, in cells, with the longest value."""
        return cell_len(self.name or "") + self._longest + 5

    def action_step(self, steps: int) -> None:
        """Go up or down the series by a number of steps."""
        self.typed = ""
        self.index += steps

    def on_key(self, event: Key) -> None:
        """Take a number, digit by digit, and choose the value that is nearest to it."""
        if event.character is None or event.character not in "0123456789.":
            self.typed = ""
            return
        event.stop()
        now = time.perf_counter()
        if now - self._typed_at > PAUSE:
            self.typed = ""
        self._typed_at = now
        self.typed += event.character
        if not _is_number(self.typed):  # a second point begins a new number
            self.typed = event.character
        if _is_number(self.typed):
            self.value = float(self.typed)
            self._check_range(float(self.typed))

    def _check_range(self, typed: float) -> None:
        least, most = self._numbers[0], self._numbers[-1]
        if typed > most:  # one below the least, such as 0, may be the beginning of 0.1
            line = f"{self.name} goes from {least:g} to {most:g}: {typed:.10g} is too much"
            self.notify(line, severity="warning", markup=False)

    def on_blur(self, event: Blur) -> None:
        """Let the next digit begin a new number."""
        self.typed = ""

    def on_click(self, event: Click) -> None:
        """Step down for a click on the left arrow, and up for a click to the right of it."""
        offset = event.get_content_offset(self)
        self.typed = ""
        if offset is not None:
            self.index += -1 if offset.x <= cell_len(self.name or "") + 2 else 1

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Step up."""
        event.stop()
        self.action_step(1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Step down."""
        event.stop()
        self.action_step(-1)


def _is_number(typed: str) -> bool:
    return typed.count(".") < 2 and any(map(str.isdigit, typed)) and len(typed) < 10
