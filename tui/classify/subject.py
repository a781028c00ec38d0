"""The review that is shown: typed, of a table, or an example. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass

from tui.classify.opinions import Opinion

TYPED, ROW, EXAMPLE = "typed", "row", "example"


@dataclass(frozen=True)
class Subject:
    """A review, and what is known of it before a classifier reads it."""

    text: str
    kind: str = TYPED
    number: int = 0
    """Its number among the rows or the examples."""
    total: int = 0
    """How many of them there are."""
    truth: str | None = None
    """Its class in the file, or as its author means it."""
    opinion: Opinion | None = None
    """What the classifier said of it when the table was read."""
    other: Opinion | None = None
    """What the second one said."""

    @property
    def name(self) -> str:
        """What it is called in a title; typed text needs no name."""
        if self.kind == ROW:
            return f"{self.number:,} of {self.total:,}"
        if self.kind == EXAMPLE:
            return f"example {self.number} of {self.total}"
        return ""


def describe_truth(subject: Subject, label: str | None) -> tuple[str, bool] | None:
    """Return what is known of the class of a review, and whether the classifier is right.

    Args:
        subject: the review.
        label: class that the classifier gives it.

    Returns:
        A line and whether it is right; None if nothing is known.
    """
    if subject.truth is None:
        return None
    right = subject.truth == label
    where = "its author means" if subject.kind == EXAMPLE else "in the file"
    said = "✓ right" if right else "✗ wrong"
    return f"{said}: {where} {subject.truth.upper()}", right
