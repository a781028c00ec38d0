"""Time columns: what they say, and whether their steps are all alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOLERANCE = 0.01
"""Share of a step by which steps may differ and still count as alike: clocks round."""
WRITTEN = {
    r"\d{8}": "%Y%m%d",
    r"\d{4}/\d{1,2}/\d{1,2}": "%Y/%m/%d",
    r"\d{1,2}\.\d{1,2}\.\d{4}": "%d.%m.%Y",
}
"""How days are written, if not as ISO has it. With slashes, 1/2/2001 is two days: it is refused."""
MOST_STEPS = 1_000
"""Longest gap that is filled by rows, in steps. A longer one is rather another series."""


@dataclass(frozen=True)
class Times:
    """The times of T rows, ascending."""

    labels: tuple[str, ...]
    """The times as they were written."""
    positions: Floats
    """The times as numbers, (T,): as they were written, in days, or in months."""
    unit: str
    """What the positions count, in the plural: days, months; empty for plain numbers."""

    @property
    def usual(self) -> float:
        """The usual step: the median."""
        return float(np.median(np.diff(self.positions))) if len(self.positions) > 1 else 1.0

    def count_steps(self) -> Ints | None:
        """Return how many usual steps lie between neighbours, (T - 1,).

        Returns:
            The numbers; None if some step is no multiple of the usual one, or is far too long.
        """
        ratios = np.diff(self.positions) / self.usual
        whole = np.rint(ratios)
        far = np.abs(ratios - whole) > TOLERANCE * np.maximum(1, whole)
        if far.any() or (whole < 1).any() or (whole > MOST_STEPS).any():
            return None
        return whole.astype(np.int64)

    def describe(self) -> str:
        """Return the steps in words, such as "steps of 6 to 14 days, mostly 7"."""
        steps = np.diff(self.positions)
        unit = f" {self.unit}" if self.unit else ""
        return f"steps of {steps.min():g} to {steps.max():g}{unit}, mostly {self.usual:g}"


def parse_times(cells: Sequence[Any], where: str) -> Times:
    """Read a time column: numbers (years, seconds), days, or ISO dates and times.

    A day is 2001-12-29, 20011229, 2001/12/29 or 29.12.2001.

    Dates of one and the same day of the month count months, which have no one length in days.

    Args:
        cells: what stands in the column.
        where: the table and the column, for messages.

    Raises:
        UserError: a cell is no time, or the times do not ascend.
    """
    labels = tuple("" if cell is None else str(cell).strip() for cell in cells)
    rows = enumerate(zip(cells, labels, strict=True), 1)
    parsed = [_parse(cell, label, where, row) for row, (cell, label) in rows]
    if len({isinstance(one, datetime) for one in parsed}) > 1:
        raise UserError(f"{where} holds both dates and numbers; make them all alike")
    positions, unit = _place(parsed)
    back = np.flatnonzero(np.diff(positions) <= 0)
    if len(back):
        row = int(back[0]) + 2
        raise UserError(f"{where} must ascend; row {row:,} ({labels[row - 1]}) does not; sort it")
    return Times(labels, positions, unit)


def _parse(cell: object, label: str, where: str, row: int) -> datetime | float:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=cell.tzinfo or UTC)
    for pattern, form in WRITTEN.items():
        if re.fullmatch(pattern, label, re.ASCII):
            with suppress(ValueError):  # eight digits that are no day: a number
                return datetime.strptime(label, form).replace(tzinfo=UTC)
    try:
        number = float(label)
    except ValueError:
        pass
    else:
        if np.isfinite(number):
            return number
    try:
        found = datetime.fromisoformat(label)
    except ValueError:
        raise UserError(
            f"{where}, row {row:,}: {label!r} is no time; write numbers, 20011229 or 2001-12-29"
        ) from None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _place(parsed: Sequence[datetime | float]) -> tuple[Floats, str]:
    """Return times as numbers, and what the numbers count."""
    dates = [one for one in parsed if isinstance(one, datetime)]
    if not dates:
        return np.array(parsed, dtype=np.float64), ""
    if len({(one.day, one.time(), one.tzinfo) for one in dates}) == 1:
        return np.array([12 * one.year + one.month for one in dates], dtype=np.float64), "months"
    start = dates[0]
    days = [(one - start).total_seconds() / 86_400 for one in dates]
    return np.array(days), "days"
