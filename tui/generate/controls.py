"""The controls of the sampling, in a row."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.widgets.stepper import Stepper


@dataclass(frozen=True)
class Controls:
    """How is written; what is kept from one start to the next."""

    temperature: float = 0.7
    top_k: int | None = None
    top_p: float | None = None
    length: int | None = 1000
    seed: int | None = None

    def restored(self, kept: dict[str, Any]) -> Controls:
        """Return these, changed by what was `kept`, as far as that is what it should be."""
        good: dict[str, Any] = {
            name: value
            for name, value in kept.items()
            if name in STEPS
            and (value is None or (isinstance(value, int | float) and not isinstance(value, bool)))
        }
        return replace(self, **good)

    def drawn_seed(self) -> int:
        """Return the seed, or one of chance: one that is known, so that a text can be had again."""
        return random.choice(SEEDS) if self.seed is None else self.seed


SEEDS = range(1000)
STEPS: dict[str, list[float | int | None]] = {
    "temperature": [round(0.05 * step, 2) for step in range(41)],
    "top_k": [*range(1, 21), 30, 40, 60, None],
    "top_p": [*(round(0.05 * step, 2) for step in range(1, 20)), 0.98, None],
    "length": [100, 200, 500, 1000, 2000, 5000, 10000, None],
    "seed": [None, *SEEDS],
}
NONE = {"length": "endless", "seed": "chance"}


class ControlsRow(Horizontal):
    """A stepper for each control."""

    def __init__(self, first: Controls, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.first = first

    def compose(self) -> ComposeResult:
        """Lay out the row."""
        for name, values in STEPS.items():
            title, value = name.replace("_", "-"), getattr(self.first, name)
            yield Stepper(title, values, value, none=NONE.get(name, "off"), id=name)

    @property
    def controls(self) -> Controls:
        """What they say."""
        chosen = {name: self.query_one(f"#{name}", Stepper).value for name in STEPS}
        return Controls(**chosen)  # type: ignore[arg-type]
