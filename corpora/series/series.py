"""Numbers in time: what every source of a series becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Fill = Literal["none", "last", "linear"]


@dataclass(frozen=True)
class Series:
    """T rows of C numbers, one row after the other in time."""

    name: str
    """Names the series, to show to people."""
    columns: tuple[str, ...]
    """Names of the C columns."""
    values: Floats
    """The numbers, (T, C); NaN where one is missing."""
    known: Flags
    """False where a number is missing, or was missing and has been filled, (T, C)."""
    times: tuple[str, ...] | None = None
    """Time of each row, as it was written; None where there is no time column. Empty for a row that
    was put in."""

    def __len__(self) -> int:
        return len(self.values)

    def select(self, columns: Sequence[str]) -> Self:
        """Return the series with these columns alone, in this order.

        Raises:
            UserError: there is no such column.
        """
        for name in columns:
            if name not in self.columns:
                raise UserError(
                    f"{self.name} has no column of numbers called {name!r}; it has "
                    f"{', '.join(self.columns)}"
                )
        chosen = [self.columns.index(name) for name in columns]
        return replace(
            self,
            columns=tuple(columns),
            values=self.values[:, chosen],
            known=self.known[:, chosen],
        )

    def fill(self, how: Fill) -> Self:
        """Return the series without gaps.

        Values that are filled are read, but `known` goes on saying that they are none.

        Args:
            how: none refuses gaps. last repeats the value before, which looks at nothing later.
                linear draws a line to the next value that is known, so a filled value tells a
                little of what comes. Before the first value that is known, both take that one.

        Raises:
            UserError: there are gaps and `how` is none, or a column has no number at all.
        """
        missing = np.isnan(self.values)
        for column, name in enumerate(self.columns):
            gaps = int(missing[:, column].sum())
            if gaps == len(self):
                raise UserError(f"the column {name!r} of {self.name} holds no number")
            if gaps and how == "none":
                first = int(missing[:, column].argmax()) + 1
                raise UserError(
                    f"{gaps:,} of {len(self):,} values of {name!r} in {self.name} are missing, the "
                    f"first one in row {first:,}; fill them with --fill last or --fill linear"
                )
        filled = [_fill(self.values[:, column], how) for column in range(len(self.columns))]
        return replace(self, values=np.stack(filled, axis=1))

    @property
    def digest(self) -> str:
        """The sha256 of all values and of what was filled: two series that differ have two."""
        data = np.ascontiguousarray(self.values).tobytes() + np.packbits(self.known).tobytes()
        return sha256(repr(self.columns).encode() + data).hexdigest()


def _fill(values: Floats, how: Fill) -> Floats:
    """Return a column without gaps; at least one of its values is known."""
    there = ~np.isnan(values)
    places = np.flatnonzero(there)
    if how == "linear":
        return np.interp(np.arange(len(values)), places, values[places])
    before = np.maximum.accumulate(np.where(there, np.arange(len(values)), places[0]))
    return values[before]
