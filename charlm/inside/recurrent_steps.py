"""What the recurrent layers of a model of any kind did in each step, ready to be worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from charlm.arrays import Singles
from charlm.config import Cell


@dataclass(frozen=True)
class RecurrentSteps:
    """Gates and states of all units in T steps, and the states before them."""

    cell: Cell
    """The cell of every layer."""
    fields: Mapping[str, Singles]
    """Values (T, L, H) after each step, by the names of `charlm.generation.cells.FIELDS`."""
    before: Mapping[str, Singles]
    """The states (L, H) before the first step, hidden and, of an LSTM, cell. Units that read
    backwards take the last step first, and their states here are those before that one."""
    recurrent_part: Singles | None = None
    """W_hh h of the step before, (T, L, H), for an RNN, whose fields do not show it."""
    backward_from: int | None = None
    """The first unit of a layer that reads backwards; None if all read forwards."""

    def __len__(self) -> int:
        return len(self.fields["hidden"])

    @property
    def layers(self) -> int:
        """Number of layers, L."""
        return int(self.fields["hidden"].shape[1])

    @property
    def units(self) -> int:
        """Units of a layer, H; in two directions, those of both."""
        return int(self.fields["hidden"].shape[2])

    def reads_backwards(self, unit: int) -> bool:
        """Return whether a unit takes the last step first."""
        return self.backward_from is not None and unit >= self.backward_from

    def previous(self, field: str, step: int, layer: int, unit: int) -> float:
        """Return what a state of one unit was before a step; see `find_previous`."""
        place = step + 1 if self.reads_backwards(unit) else step - 1
        known = 0 <= place < len(self)
        return float((self.fields[field][place] if known else self.before[field])[layer, unit])

    def find_previous(self, field: str) -> Singles:
        """Return what a state was before each step, (T, L, H).

        Args:
            field: hidden or, of an LSTM, cell.
        """
        values, start = self.fields[field], self.before[field][None]
        forwards = np.concatenate([start, values[:-1]])
        if self.backward_from is None:
            return forwards
        backwards = np.concatenate([values[1:], start])
        there = np.arange(self.units) >= self.backward_from
        return np.where(there, backwards, forwards)
