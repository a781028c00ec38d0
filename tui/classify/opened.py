"""A file or folder of reviews that is open, and how good the classifiers are on it.

This module uses no screen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import PurePath

from charlm.console.program import format_name
from tui.classify.opinions import Opinion
from tui.classify.rows import Row, Rows
from tui.classify.score import Score
from tui.classify.table_process import Head, Review


class OpenedFile:
    """The reviews of a file or folder, as far as they are classified."""

    def __init__(
        self,
        path: str,
        head: Head,
        classifier: str,
        classes: Sequence[str],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Begin with no reviews.

        Args:
            path: path of the file or folder, as the user typed it.
            head: what it holds.
            classifier: name of the classifier that reads it.
            classes: names of its classes.
            clock: returns seconds.
        """
        self.path, self.head, self.classifier, self.classes = path, head, classifier, classes
        self.rows = Rows()
        self.score = Score(classes)
        self.second: str | None = None
        """Name of the second classifier that reads it, if there is one."""
        self.second_score = Score(classes)
        self.stopped = False
        self._clock, self._began = clock, clock()
        self._seconds = 0.0

    @property
    def name(self) -> str:
        """Name of the file or folder, without the folders that it lies in."""
        return format_name(PurePath(self.path).name or self.path)

    @property
    def done(self) -> int:
        """Number of reviews that are classified."""
        return len(self.rows.all)

    @property
    def finished(self) -> bool:
        """Whether all reviews are classified."""
        return self.done >= self.head.total

    @property
    def labelled(self) -> bool:
        """Whether the file has classes."""
        return self.head.labels is not None

    @property
    def speed(self) -> float:
        """Reviews per second."""
        return self.done / self._seconds if self._seconds else 0.0

    def make_rows(
        self, done: int, reviews: Sequence[Review], opinions: Sequence[Opinion]
    ) -> list[Row]:
        """Return the reviews after the first `done` as rows, given what is said of them."""
        return [
            Row(done + index, text, opinion, truth, values)
            for index, ((text, truth, values), opinion) in enumerate(
                zip(reviews, opinions, strict=True), 1
            )
        ]

    def count(self, rows: Sequence[Row]) -> None:
        """Count rows that have been added to `rows`."""
        self.score.add((row.truth, row.opinion) for row in rows)
        self._seconds = self._clock() - self._began

    def begin_second(self, name: str | None, classes: Sequence[str] = ()) -> None:
        """Take another second classifier, or none: what one before it said is forgotten."""
        self.second, self.second_score = name, Score(classes)
        for row in self.rows.all:
            row.compare(None)

    def compare(self, rows: Sequence[Row], opinions: Sequence[Opinion]) -> None:
        """Add what the second classifier says of rows."""
        for row, opinion in zip(rows, opinions, strict=True):
            row.compare(opinion)
        self.second_score.add((row.truth, row.other) for row in rows if row.other is not None)

    @property
    def uncompared(self) -> list[Row]:
        """Rows of which the second classifier has not said anything yet."""
        return [row for row in self.rows.all if row.other is None]

    @property
    def differing(self) -> int:
        """Number of rows on which the two classifiers differ."""
        return sum(row.differs for row in self.rows.all)

    def describe(self) -> str:
        """Return the name, and how much of it is classified."""
        by = format_name(self.classifier)
        line = f"{self.name} · {self.done:,} of {self.head.total:,} by {by}"
        return f"{line} · stopped" if self.stopped and not self.finished else line


def describe_choice(rows: Rows) -> str:
    """Return how rows are sorted and which of them are shown; nothing if that is as usual."""
    parts = []
    if rows.chosen:
        parts.append(f"{len(rows):,} shown")
    if rows.only_wrong:
        parts.append("only the wrong ones")
    if rows.only_differing:
        parts.append("only where two differ")
    if rows.needle:
        parts.append(f'with "{rows.needle}"')
    if rows.sort != "number":
        parts.append(f"sorted by {rows.sort}")
    return "".join(f" · {part}" for part in parts)
