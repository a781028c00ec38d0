"""What is seen of a model in the part of a text around the cursor. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from charlm.arrays import Floats, Singles
from charlm.config import Cell
from charlm.generation.hold import default_field
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.inside.traces import SIGNED
from tui.inside.anatomy import Anatomy

Order = Literal["change", "index", "activity"]
"""By what units stand above each other: how much they move, their number, or how large they are."""
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True)
class Sight:
    """Gates and states of all units at the characters, words or steps of a part of a text."""

    anatomy: Anatomy
    """The model."""
    labels: tuple[str, ...]
    """The characters, words or actions of the part, T."""
    start: int
    """Place of the first of them in the text."""
    total: int
    """How many the text has."""
    steps: RecurrentSteps
    """What happened at them."""

    @property
    def end(self) -> int:
        """The place after the last of the part."""
        return self.start + len(self.labels)

    @property
    def cell(self) -> Cell:
        """The cell of the model."""
        return self.steps.cell

    @property
    def memory_field(self) -> str:
        """The field that carries the memory: the cell state, or the hidden state."""
        return default_field(self.cell)

    def covers(self, place: int, margin: int) -> bool:
        """Return whether a place of the text lies in the part, and not at an edge of it.

        Args:
            place: the place.
            margin: how far from an edge it must lie, where the text goes on there.
        """
        first = self.start + margin if self.start else 0
        last = self.end - margin if self.end < self.total else self.total
        return first <= place < last

    def values(self, layer: int, field: str) -> Singles:
        """Return a field of a layer, (T, H)."""
        return np.asarray(self.steps.fields[field][:, layer])

    def value(self, place: int, layer: int, unit: int, field: str) -> float:
        """Return a field of one unit at a place of the text."""
        return float(self.steps.fields[field][place - self.start, layer, unit])

    def scale(self, layer: int, field: str) -> Singles:
        """Return a field of a layer from -1 to 1, (T, H): the largest size of each unit becomes 1.

        Gates lie from 0 to 1 already, and stay as they are.
        """
        key = (layer, field)
        if key not in self._scaled:
            values = self.values(layer, field)
            if field in SIGNED:
                largest = np.abs(values).max(axis=0, initial=0.0)
                values = np.asarray(values / np.maximum(largest, 1e-12), np.float32)
            self._scaled[key] = values
        return self._scaled[key]

    @cached_property
    def _scaled(self) -> dict[tuple[int, str], Singles]:
        return {}

    def order(self, layer: int, field: str, by: Order) -> list[int]:
        """Return all units of a layer, in an order.

        Args:
            layer: the layer, from 0.
            field: what of the units is looked at.
            by: the order.
        """
        scores = self._score(layer, field, by)
        return [int(unit) for unit in np.argsort(-scores, kind="stable")]

    def _score(self, layer: int, field: str, by: Order) -> Floats:
        values = self.values(layer, field).astype(np.float64)
        if by == "index":
            return np.zeros(values.shape[1])
        if by == "activity":
            return np.asarray(np.abs(values).mean(axis=0))
        moved = np.diff(values, axis=0) if len(values) > 1 else values
        return np.asarray(np.abs(moved).mean(axis=0))
