"""Classified reviews in the order and the choice that is shown. This module uses no screen."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
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
    """What the second classifier says of it; see `compare`."""

    def __post_init__(self) -> None:
        """Compute what rows are sorted by: 25,000 of them must be sorted between two frames."""
        self.sureness = self.probability or 0.0
        self.said = self.label or ""
        self.group = {False: 0, True: 1, None: 2}[self.right]
        self.compare(self.other)

    def compare(self, other: Opinion | None) -> None:
        """Take what the second classifier says, or nothing."""
        self.other = other
        self.differs = other is not None and other.label != self.label
        """Whether the second classifier gives it another class."""
        self.agrees = not self.differs
        self.difference = _measure_difference(self.opinion, other)
        """How far the two classifiers are apart."""

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


def _measure_difference(one: Opinion, other: Opinion | None) -> float:
    """Return the largest difference of a class's probability, or 1 if the classes differ."""
    if other is None:
        return 0.0
    if one.shares.keys() != other.shares.keys():
        return float(one.label != other.label)
    pairs = ((one.shares[name], other.shares[name]) for name in other.shares)
    return max((abs(own - its) for own, its in pairs), default=0.0)


SORTS: Mapping[str, Sequence[tuple[str, int]]] = {
    "number": (("number", 1),),
    "doubt": (("sureness", 1),),
    "sureness": (("sureness", -1),),
    "class": (("said", 1), ("sureness", -1)),
    "right or wrong": (("group", 1), ("sureness", -1)),
    "difference": (("agrees", 1), ("difference", -1)),
}
"""Orders of a table, by name: the fields of a row that count, rising or falling (-1).

Wrong ones come first, the surest of them at the top.
"""


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
        needle = self.needle.casefold()
        order = [index for index, text in enumerate(self._folded) if not needle or needle in text]
        if self.only_wrong:
            order = [index for index in order if self.all[index].group == 0]
        if self.only_differing:
            order = [index for index in order if self.all[index].differs]
        # One stable sort for each field, by values that are looked up: four times as fast as one
        # sort by tuples.
        for name, sign in reversed(SORTS[self.sort]):
            values = list(map(attrgetter(name), self.all))
            order.sort(key=values.__getitem__, reverse=sign < 0)
        self.order = order

    def look_for(self, needle: str) -> None:
        """Show only the rows that contain a text.

        While a text is typed, only the rows are searched that contain the beginning of it.
        """
        longer = needle.casefold().startswith(self.needle.casefold())
        self.needle = needle
        if longer:
            folded = needle.casefold()
            self.order = [index for index in self.order if folded in self._folded[index]]
        else:
            self.arrange()

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
        row = self.all[index]
        fields = [(getattr(row, name), sign) for name, sign in SORTS[self.sort]]
        return *(-value if sign < 0 else value for value, sign in fields), index

    def _shows(self, index: int) -> bool:
        row = self.all[index]
        if (self.only_wrong and row.group != 0) or (self.only_differing and row.agrees):
            return False
        return not self.needle or self.needle.casefold() in self._folded[index]
