"""The lines of a table of reviews. This module uses no screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from charlm.console.program import format_name, printable
from charlm.drawing.panels import shorten
from tui.classify.inks import Inks
from tui.classify.opinions import Opinion
from tui.classify.rows import Row

LONGEST_CLASS = 12
"""Columns of the name of a class."""
BEGINNING = 300
"""Characters of a review that a line is made of."""
LEAST_TEXT = 20
"""Least columns for the text: columns that leave less are not shown."""


@dataclass(frozen=True)
class Column:
    """A column of the table."""

    name: str
    title: str
    width: int


def choose_columns(
    classes: Sequence[str], rows: int, width: int, *, labelled: bool, second: str | None
) -> list[Column]:
    """Return the columns that fit, without the text, which takes the rest.

    Args:
        classes: names of the classes, in the model and in the file.
        rows: number of rows.
        width: columns of the screen.
        labelled: whether the file has classes.
        second: name of the second classifier, if there is one.
    """
    names = min(LONGEST_CLASS, max((cell_len(format_name(name)) for name in classes), default=4))
    names = max(names, 4)
    columns = [
        Column("number", "#", max(2, len(f"{rows:,}"))),
        Column("said", "said", names),
        Column("sure", "sure", 6),
    ]
    if labelled:
        columns += [Column("right", "✓", 1), Column("truth", "in file", max(7, names))]
    if second is not None:
        title = shorten(format_name(second), max(8, names + 7))
        columns += [Column("differs", "≠", 1), Column("other", title, names + 7)]
    for name in ("truth", "number", "sure"):  # what is given up first where there is no room
        if width - sum(one.width + 1 for one in columns) - 2 < LEAST_TEXT:
            columns = [one for one in columns if one.name != name]
    return columns


def draw_head(columns: Sequence[Column], width: int, inks: Inks) -> Text:
    """Return the line with the names of the columns."""
    parts = [
        one.title.rjust(one.width) if one.name in ("number", "sure") else fit(one.title, one.width)
        for one in columns
    ]
    line = Text("  " + " ".join([*parts, "text"]), f"bold {inks.muted}")
    line.truncate(width)
    return line


def draw_row(
    row: Row, columns: Sequence[Column], width: int, classes: Sequence[str], inks: Inks
) -> Text:
    """Return the line of a review."""
    line = Text("  ")
    for column in columns:
        text, style = _format_cell(row, column.name, classes, inks)
        number = column.name in ("number", "sure")
        line.append(text.rjust(column.width) if number else fit(text, column.width), style)
        line.append(" ")
    room = max(0, width - line.cell_len)
    return line.append(fit(printable(" ".join(row.text[:BEGINNING].split())), room))


def _format_cell(row: Row, name: str, classes: Sequence[str], inks: Inks) -> tuple[str, str]:
    if name == "number":
        return f"{row.number:,}", inks.muted
    if name == "said":
        return _name(row.label), pick_ink(row.label, classes, inks)
    if name == "sure":
        return format_share(row.opinion), ""
    if name == "truth":
        return ("", "") if row.truth is None else (_name(row.truth), inks.muted)
    if name == "right":
        return {True: ("✓", inks.muted), False: ("✗", inks.mark), None: ("", "")}[row.right]
    if name == "differs":
        return ("≠", inks.mark) if row.differs else ("", "")
    if row.other is None:
        return "…", inks.muted
    said = f"{_name(row.other.label)} {format_share(row.other)}"
    return said, pick_ink(row.other.label, classes, inks) if row.differs else inks.muted


def _name(label: str | None) -> str:
    return "–" if label is None else shorten(format_name(label), LONGEST_CLASS)


def format_share(opinion: Opinion) -> str:
    """Return how sure an opinion is."""
    return "–" if opinion.probability is None else f"{opinion.probability:.1%}"


def pick_ink(label: str | None, classes: Sequence[str], inks: Inks) -> str:
    """Return the colour of a class: of two, red is the first and green the second."""
    if len(classes) != 2 or label not in classes:
        return ""
    return inks.above if label == classes[1] else inks.below


@lru_cache(maxsize=4096)
def fit(text: str, width: int) -> str:
    """Return a text with as many cells as asked for: shortened with an ellipsis, or filled up."""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
