"""The controls of sampling, as a row of steppers."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.widgets.stepper import Stepper


@dataclass(frozen=True)
class Controls:
    """Settings of sampling; the fields are the names under which the state file keeps them."""

    temperature: float = 0.7
    top_k: int | None = None
    top_p: float | None = None
    length: int | None = 1000
    seed: int | None = None

    def restore(self, state: dict[str, Any]) -> Controls:
        """Return a copy with the values of `state`; values of a wrong type are ignored."""
        good: dict[str, Any] = {
            name: value
            for name, value in state.items()
            if name in STEPS
            and (value is None or (isinstance(value, int | float) and not isinstance(value, bool)))
        }
        return replace(self, **good)

    def draw_seed(self) -> int:
        """Return the seed, or draw one. The drawn seed is shown, so the text can be repeated."""
        return random.choice(DRAWN) if self.seed is None else self.seed


SEEDS = range(100_000)
"""Seeds that can be set."""
DRAWN = range(1000)
"""Seeds that are drawn: short ones, which are easy to type again."""
STEPS: dict[str, list[float | int | None]] = {
    "temperature": [round(0.05 * step, 2) for step in range(41)],
    "top_k": [*range(1, 21), 30, 40, 60, None],
    "top_p": [*(round(0.05 * step, 2) for step in range(1, 20)), 0.98, None],
    "length": [100, 200, 500, 1000, 2000, 5000, 10000, None],
    "seed": [None, *SEEDS],
}
"""Values of each stepper; None switches the setting off, see `NONE`."""
NONE = {"length": "endless", "seed": "chance"}
"""Names of the value None, where it is not "off"."""


class ControlsRow(Horizontal):
    """A stepper for each control."""

    def __init__(self, initial: Controls, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.initial = initial

    def compose(self) -> ComposeResult:
        """Lay out the steppers."""
        for name, values in STEPS.items():
            title, value = name.replace("_", "-"), getattr(self.initial, name)
            yield Stepper(title, values, value, none=NONE.get(name, "off"), id=name)

    @property
    def controls(self) -> Controls:
        """The values of the steppers."""
        chosen = {name: self.query_one(f"#{name}", Stepper).value for name in STEPS}
        return Controls(**chosen)  # type: ignore[arg-type]
