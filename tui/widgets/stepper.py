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
    """A name, and one of a series of values: `temperature ◂ 0.7 ▸`.

    A number can be typed as well. With `limits` it may lie between those of the series.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,minus", "step(-1)", "Less", show=False),
        Binding("right,plus", "step(1)", "More", show=False),
        Binding("home", "step(-1000000)", "Least", show=False),
        Binding("end", "step(1000000)", "Most", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"stepper--name", "stepper--arrow", "stepper--value"}
    DEFAULT_CSS = """
    Stepper {
        height: 1;
        & > .stepper--name { color: $text-muted; }
        & > .stepper--arrow { color: $text-muted; }
        & > .stepper--value { text-style: bold; }
        &:focus { background: $primary 30%; }
        &:focus > .stepper--arrow { color: $foreground; text-style: bold; }
    }
    """

    value: reactive[float | int | None] = reactive(None, init=False)
    """The value that is chosen."""

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
        limits: tuple[float, float] | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Offer a series of values.

        Args:
            name: name of the value.
            values: series of values; numbers in rising order, with None at either end or absent.
            value: value to begin with; without `limits` the nearest in `values` is taken.
            none: text that is shown for None.
            limits: least and greatest number that can be typed; None takes only those of `values`.
            id: id of the widget.
            classes: classes of the widget.
        """
        super().__init__(name=name, id=id, classes=classes)
        self.none, self.limits = none, limits
        self.typed = ""
        """Digits of the number that is being typed."""
        self._typed_at = -math.inf
        self._take_values(values)
        self.set_reactive(Stepper.value, self.validate_value(value))

    def _take_values(self, values: Sequence[float | int | None]) -> None:
        self.values = values
        self._numbers = [one for one in values if one is not None]
        self._whole = all(isinstance(one, int) for one in self._numbers)
        self._longest = max(cell_len(self.format_value(one)) for one in self.list_longest())

    def list_longest(self) -> Sequence[float | int | None]:
        """Return values of which one has the longest text.

        Whole numbers in rising order are longest at an end: of 100,000 seeds, few are looked at.
        """
        ends = (self.values[0], *self._numbers[:1], self.values[-1], *self._numbers[-1:])
        return ends if self._whole else self.values

    def offer(self, values: Sequence[float | int | None], value: float | int | None) -> None:
        """Offer another series of values, and choose one of them."""
        self._take_values(values)
        self.value = value
        self.refresh(layout=True)

    @property
    def index(self) -> int:
        """Index of the value in the series, or of the value that is nearest to it."""
        return self._find_nearest(self.value)

    def validate_value(self, value: float | int | None) -> float | int | None:
        """Return the value if it can be chosen, else the nearest one that can be."""
        if value is None or self.limits is None or not math.isfinite(value):
            return self.values[self._find_nearest(value)]
        least, most = self.limits
        nearest = max(least, min(value, most))
        return round(nearest) if self._whole else nearest

    def _find_nearest(self, value: float | int | None) -> int:
        if value is None or math.isnan(value):
            return self.values.index(None) if None in self.values else 0
        first = int(self.values[0] is None)
        above = bisect_left(self._numbers, value)
        near = range(max(0, above - 1), min(above + 1, len(self._numbers)))
        return first + min(near, key=lambda at: abs(self._numbers[at] - value))

    def watch_value(self, old: float | int | None, new: float | int | None) -> None:
        """Post a message that the value has changed."""
        # The old value may be none of those that are offered now: only the new one is looked at.
        if cell_len(self.format_value(new)) > self._longest:
            self.refresh(layout=True)
        self.post_message(self.Changed(self))

    def render(self) -> Text:
        """Draw name, arrows and value."""
        name, arrow, value = (
            self.get_component_rich_style(f"stepper--{part}") for part in ("name", "arrow", "value")
        )
        return Text.assemble(
            (f"{self.name} ", name),
            ("◂ ", arrow),
            (self.format_value(self.value), value),
            (" ▸", arrow),
            no_wrap=True,
        )

    def format_value(self, value: float | int | None) -> str:
        """Return how a value is shown."""
        return self.none if value is None else f"{value:.10g}"

    def get_content_width(self, *_: object) -> int:
        """Return the width, in cells, with the longest value."""
        longest = max(self._longest, cell_len(self.format_value(self.value)))
        return cell_len(self.name or "") + longest + 5

    def action_step(self, steps: int) -> None:
        """Go up or down the series by a number of steps."""
        self.typed = ""
        self.value = self.values[self._step_from(self.value, steps)]

    def _step_from(self, value: float | int | None, steps: int) -> int:
        """Return the index that is some steps further; from between two values, one is half."""
        nearest, last = self._find_nearest(value), len(self.values) - 1
        found = self.values[nearest]
        if value is not None and found is not None and found != value:
            toward = 1 if found > value else -1
            if toward * steps > 0:
                steps -= toward
        return max(0, min(nearest + steps, last))

    def on_key(self, event: Key) -> None:
        """Take a number, digit by digit, and choose it or the value that is nearest to it."""
        if event.character is None or event.character not in "0123456789.":
            self._end_number()
            return
        event.stop()
        now = time.perf_counter()
        if now - self._typed_at > PAUSE:
            self.typed = ""
        self._typed_at = now
        self.typed += event.character
        if not _is_number(self.typed):  # a second point begins a new number
            self.typed = event.character
        if self._numbers and _is_number(self.typed):
            self._choose(float(self.typed))

    def _choose(self, typed: float) -> None:
        """Choose a number that was typed, or say why it cannot be chosen."""
        least, most = self.limits or (self._numbers[0], self._numbers[-1])
        if typed > most:
            self._refuse(f"{typed:.10g} is too much")
        if self.limits is None or least <= typed <= most:
            if self._whole and not typed.is_integer():
                self._refuse("it is a whole number")
                return
            self.value = int(typed) if self._whole else typed

    def _end_number(self) -> None:
        """Let the next digit begin a new number; the one before can no longer grow."""
        least = (self.limits or (self._numbers[0], 0))[0] if self._numbers else 0
        if _is_number(self.typed) and float(self.typed) < least:  # 0 may have begun 0.1
            self._refuse(f"{float(self.typed):.10g} is too little")
        self.typed = ""

    def _refuse(self, why: str) -> None:
        least, most = self.limits or (self._numbers[0], self._numbers[-1])
        line = f"{self.name} goes from {least:.10g} to {most:.10g}: {why}"
        self.notify(line, severity="warning", markup=False)

    def on_blur(self, event: Blur) -> None:
        """Let the next digit begin a new number."""
        self._end_number()

    def on_click(self, event: Click) -> None:
        """Step down for a click on the left arrow, and up for a click to the right of it."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.action_step(-1 if offset.x <= cell_len(self.name or "") + 2 else 1)

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
