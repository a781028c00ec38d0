"""What the user has chosen to look at, and its form in the state file. No screen is used here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_args

from charlm.generation.cells import FIELDS
from charlm.generation.hold import default_field
from tui.inside.anatomy import Anatomy
from tui.inside.sights import ORDERS, Order

Pin = tuple[str, int, int]
"""A model by name, a layer and a unit, both from 0."""
MOST_PINS = 12
LONGEST = 1_000
"""Characters of a pattern."""


@dataclass
class Choices:
    """What is looked at."""

    layer: int = 0
    """The layer, from 0."""
    unit: int | None = None
    """The unit, from 0; None for the first one of the map."""
    quantity: str = ""
    """What of the units; empty for what carries the memory."""
    order: Order = "change"
    """By what units stand above each other."""
    feature: str = "quotes"
    """What units are to go with."""
    pattern: str = ""
    """A pattern of the user's that they are to go with."""
    value: str = "0"
    """The value that a unit is held at, as it was typed."""
    pins: list[Pin] = field(default_factory=list)
    """Units that are pinned."""

    def fit(self, anatomy: Anatomy) -> None:
        """Choose what the model has, as near as may be to what was chosen."""
        self.layer = max(0, min(self.layer, anatomy.layers - 1))
        if self.unit is not None:
            self.unit = max(0, min(self.unit, anatomy.units - 1))
        if self.quantity not in FIELDS[anatomy.cell]:
            self.quantity = default_field(anatomy.cell)

    def list_pinned(self, anatomy: Anatomy) -> list[tuple[int, int]]:
        """Return the pinned units of a model, as layer and unit."""
        return [
            (layer, unit)
            for model, layer, unit in self.pins
            if model == anatomy.name and layer < anatomy.layers and unit < anatomy.units
        ]

    def toggle_pin(self, pin: Pin) -> bool:
        """Pin a unit, or no longer; return whether it is pinned. The oldest pin makes room."""
        if pin in self.pins:
            self.pins.remove(pin)
            return False
        self.pins = [*self.pins[-MOST_PINS + 1 :], pin]
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the choices as an object of JSON."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return found | {"pins": [list(pin) for pin in self.pins]}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Choices:
        """Return choices that `to_json` wrote; what is damaged has its default."""
        made = cls()
        for name in ("quantity", "feature", "pattern", "value"):
            if isinstance(text := found.get(name), str):
                setattr(made, name, text[:LONGEST])
        if _is_index(found.get("layer")):
            made.layer = found["layer"]
        if _is_index(found.get("unit")):
            made.unit = found["unit"]
        if (order := found.get("order")) in ORDERS:
            made.order = order
        pins = found.get("pins")
        made.pins = [
            (pin[0], pin[1], pin[2])
            for pin in (pins if isinstance(pins, list) else [])[-MOST_PINS:]
            if isinstance(pin, list)
            and len(pin) == len(get_args(Pin))
            and isinstance(pin[0], str)
            and all(map(_is_index, pin[1:]))
        ]
        return made


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
