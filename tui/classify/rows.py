"""Classified reviews in the order and the choice that is shown. This module uses no screen."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.classify.opinions import Opinion


@dataclass
class Row:
    """A review of a table."""

    number: int
    """Its number in the file or the history, from 1."""
    text: str
    opinion: Opinion
    truth: str | None = None
    """Its class in the file, if that has one."""
    values: tuple[Any, ...] = ()
    """What the columns of the file hold."""
    other: Opinion | None = None
    """What the second classifier says of it."""

    @property
    def label(self) -> str | None:
        """The class that it is given."""
        return self.opinion.label

    @property
    def probability(self) -> float | None:
        """Probability of that class."""
        return self.opinion.probability

    @property
    def right(self) -> bool | None:
        """Whether that is its class in the file; None where the file has none."""
        return None if self.truth is None else self.truth == self.label

    @property
    def differs(self) -> bool:
        """Whether the second classifier gives it another class."""
        return self.other is not None and self.other.label != self.label

    @property
    def difference(self) -> float:
        """How far the two classifiers are apart: the largest difference of a class's probability.

        It is 0 where there is no second one, and 1 where the classes have other names.
        """
        if self.other is None:
            return 0.0
        if self.opinion.shares.keys() != self.other.shares.keys():
            return float(self.differs)
        pairs = ((self.opinion.shares[name], self.other.shares[name]) for name in self.other.shares)
        return max((abs(one - two) for one, two in pairs), default=0.0)


Key = Callable[[Row], Any]


def _sureness(row: Row) -> float:
    return 0.0 if row.probability is None else row.probability


SORTS: Mapping[str, Key] = {
    "number": lambda row: row.number,
    "doubt": _sureness,
    "sureness": lambda row: -_sureness(row),
    "class": lambda row: (row.label or "", -_sureness(row)),
    "right or wrong": lambda row: ({False: 0, True: 1, None: 2}[row.right], -_sureness(row)),
    "difference": lambda row: (not row.differs, -row.difference),
}
"""Orders of a table, by name. Wrong ones come first, the surest of them at the top."""


class Rows:
    """Reviews, and which of them are shown in which order."""

    def __init__(self) -> None:
        self.all: list[Row] = []
        self.order: list[int] = []
        """Indices of the rows that are shown, in the order in which they are shown."""
        self.sort = "number"
        self.needle = ""
        """Text that the shown rows contain, in upper or lower case."""
        self.only_wrong = False
        self.only_differing = False
        self._folded: list[str] = []

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, place: int) -> Row:
        return self.all[self.order[place]]

    @property
    def shown(self) -> list[Row]:
        """The rows that are shown, in order."""
        return [self.all[index] for index in self.order]

    @property
    def chosen(self) -> bool:
        """Whether only some of the rows are shown."""
        return bool(self.needle) or self.only_wrong or self.only_differing

    def add(self, rows: Iterable[Row]) -> None:
        """Append rows; each takes its place in the order that is shown."""
        for row in rows:
            self.all.append(row)
            self._folded.append(row.text.casefold())
            index = len(self.all) - 1
            if self._shows(index):
                insort(self.order, index, key=self._key)

    def replace(self, index: int, row: Row) -> None:
        """Put a row in the place of another."""
        self.all[index], self._folded[index] = row, row.text.casefold()
        self.arrange()

    def remove(self, index: int) -> None:
        """Remove a row; those after it move up and are counted anew."""
        del self.all[index], self._folded[index]
        for number, row in enumerate(self.all, 1):
            row.number = number
        self.arrange()

    def clear(self) -> None:
        """Remove all rows; order and choice stay."""
        self.all.clear()
        self._folded.clear()
        self.order.clear()

    def arrange(self) -> None:
        """Choose and sort the rows anew: something about them has changed."""
        self.order = [index for index in range(len(self.all)) if self._shows(index)]
        if self.sort != "number":
            self.order.sort(key=self._key)

    def find(self, index: int) -> int | None:
        """Return where the row of an index is shown; None if it is not."""
        return self.order.index(index) if index in self.order else None

    def list_sorts(self) -> Sequence[str]:
        """Return the orders that make sense for these rows."""
        labelled = any(row.truth is not None for row in self.all)
        compared = any(row.other is not None for row in self.all)
        left_out = {"right or wrong": not labelled, "difference": not compared}
        return [name for name in SORTS if not left_out.get(name)]

    def _key(self, index: int) -> Any:
        return SORTS[self.sort](self.all[index]), index

    def _shows(self, index: int) -> bool:
        row = self.all[index]
        if self.only_wrong and row.right is not False:
            return False
        if self.only_differing and not row.differs:
            return False
        return not self.needle or self.needle.casefold() in self._folded[index]
