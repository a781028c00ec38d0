"""The settings of writing, as steppers."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace
from typing import Any

from textual.app import ComposeResult

from charlm.generation.sampling import Sampling
from tui.generate.flow import Flow
from tui.settings import PACES, WRAPS
from tui.widgets.choice import ModelChoice
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper


@dataclass(frozen=True)
class Controls:
    """Settings of writing; the fields are the names under which the state file keeps them."""

    temperature: float = 0.7
    top_k: int | None = None
    top_p: float | None = None
    length: int | None = 1000
    seed: int | None = None
    pace: float | None = None
    """Characters per second at which the model writes; None is as fast as it can."""
    wrap: str = WRAPS[0]
    """How lines are broken; see `tui.settings`."""

    @property
    def sampling(self) -> Sampling:
        """How characters are drawn."""
        return Sampling(temperature=self.temperature, top_k=self.top_k, top_p=self.top_p)

    def restore(self, state: dict[str, Any]) -> Controls:
        """Return a copy with the values of `state`; values of a wrong type are ignored."""
        good: dict[str, Any] = {
            name: value
            for name, value in state.items()
            if name in STEPS
            and (value is None or (isinstance(value, int | float) and not isinstance(value, bool)))
        }
        if state.get("wrap") in WRAPS:
            good["wrap"] = state["wrap"]
        return replace(self, **good)

    def draw_seed(self) -> int:
        """Return the seed, or draw one. The drawn seed is shown, so the text can be repeated."""
        return random.choice(DRAWN) if self.seed is None else self.seed


SEEDS = range(100_000)
"""Seeds that can be stepped through."""
DRAWN = range(1000)
"""Seeds that are drawn: short ones, which are easy to type again."""
STEPS: dict[str, list[float | int | None]] = {
    "temperature": [round(0.05 * step, 2) for step in range(41)],
    "top_k": [*range(1, 21), 30, 40, 60, None],
    "top_p": [*(round(0.05 * step, 2) for step in range(1, 20)), 0.98, None],
    "length": [100, 200, 500, 1000, 2000, 5000, 10000, None],
    "seed": [None, *SEEDS],
    "pace": [5, 10, 20, 40, 80, 160, 320, None],
}
"""Values of each stepper; None switches the setting off, see `NONE`."""
LIMITS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 100.0),
    "top_k": (1, 9999),
    "top_p": (0.001, 1.0),
    "length": (1, 200_000),
    "seed": (0, 999_999_999),
    "pace": (PACES[0], PACES[-1]),
}
"""Numbers that can be typed: those that `Sampling` takes, as far as they have a use."""
NONE = {"length": "endless", "seed": "chance", "pace": "full speed"}
"""Names of the value None, where it is not "off"."""


class ControlsGrid(Flow):
    """The choice of the model, and a stepper for each setting."""

    def __init__(self, initial: Controls, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.initial = initial

    def compose(self) -> ComposeResult:
        """Lay out the choice and the steppers."""
        yield ModelChoice("charlm", none="no model", id="model")
        for name, values in STEPS.items():
            title, value = name.replace("_", "-"), getattr(self.initial, name)
            none, limits = NONE.get(name, "off"), LIMITS[name]
            yield Stepper(title, values, value, none=none, limits=limits, id=name)
        yield WordStepper("wrap", WRAPS, self.initial.wrap, id="wrap")

    @property
    def controls(self) -> Controls:
        """The values of the steppers."""
        steppers = {one.id: one for one in self.query(Stepper)}  # none while the app ends
        chosen: dict[str, Any] = {name: steppers[name].value for name in STEPS if name in steppers}
        if isinstance(wrap := steppers.get("wrap"), WordStepper):
            chosen["wrap"] = wrap.word
        return replace(self.initial, **chosen)

    def show(self, controls: Controls) -> None:
        """Show other values."""
        for field in fields(controls):
            if field.name in STEPS:
                stepper = self.query_one(f"#{field.name}", Stepper)
                stepper.value = getattr(controls, field.name)
        self.query_one("#wrap", WordStepper).word = controls.wrap
