"""Series that a Python program has: lists, arrays, dictionaries, data frames, data sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpora.errors import UserError
from corpora.given import find_column, list_columns, list_values
from corpora.series.own import TIME_NAMES
from corpora.tables import Table

COLUMN = "value"
"""What a single column without a name is called; signals call it so as well."""
INDEX = "time"
"""What the times are called that are the index of a data frame."""


def take_columns(values: Any) -> Table:
    """Return the columns of numbers, and perhaps of times, that a Python program has as a table.

    Args:
        values: T numbers, or T rows of C numbers, as a list, an array or a tensor: one column is
            then called value, and several are called 0, 1 and so on; or a dictionary, data frame
            or data set of Hugging Face, whose columns have names. An index of dates is a column of
            times, unless there is another one. None and NaN are missing values.

    Raises:
        UserError: it is none of these, or the columns or rows are not of one length.
    """
    names = list_columns(values)
    if names is None:
        columns = _split_rows(_list_cells(values, "a series"))
    else:
        if twice := [name for name in names if names.count(name) > 1]:
            raise UserError(f"the series has more than one column {twice[0]!r}; rename all but one")
        taken = [(name, find_column(values, name)) for name in names]
        columns = {name: _list_cells(column, f"the column {name!r}") for name, column in taken}
    index = getattr(values, "index", None)
    timed = any(name.strip().casefold() in TIME_NAMES for name in columns)
    if not timed and getattr(getattr(index, "dtype", None), "kind", "") == "M":
        columns[INDEX] = _list_cells(index, "the index")
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        raise UserError(f"the columns of a series must have as many values each, not {shown}")
    return [*columns], columns.__getitem__


def _split_rows(rows: list[Any]) -> dict[str, list[Any]]:
    """Return the columns of rows of numbers, or of single numbers."""
    wide = [isinstance(row, list | tuple | np.ndarray) for row in rows]
    if not any(wide):
        return {COLUMN: rows}
    widths = {len(row) for row, one in zip(rows, wide, strict=True) if one}
    if not all(wide) or len(widths) > 1:
        raise UserError("the rows of a series must all have as many numbers")
    (width,) = widths
    names = [COLUMN] if width == 1 else [*map(str, range(width))]
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _list_cells(values: Any, what: str) -> list[Any]:
    """Return a column as values of Python, with None where pandas has one of its own marks."""
    kind = getattr(values, "dtype", None)
    if isinstance(kind, np.dtype) and kind.kind == "M":
        # In nanoseconds, as pandas counts, NumPy would make whole numbers of dates.
        values = np.asarray(values).astype("datetime64[us]")
    marks = ("NAType", "NaTType")
    return [None if type(one).__name__ in marks else one for one in list_values(values, what)]
