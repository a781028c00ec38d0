"""Columns and values that a Python program has: dictionaries, data frames, data sets, arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from reprlib import repr as shortened
from typing import Any

from corpora.errors import UserError


def list_columns(table: object) -> list[str] | None:
    """Return the names of the columns of a table; None for anything else.

    Neither pandas nor `datasets` is imported: what says its columns is a data frame or a data set.

    Args:
        table: a dictionary from names to columns, a data frame or a data set of Hugging Face.

    Raises:
        UserError: it is a data set of several parts.
    """
    names = getattr(table, "column_names", None)
    names = getattr(table, "columns", None) if names is None else names
    if isinstance(names, dict):
        raise UserError(f"a data set of several parts is given: choose one of {', '.join(names)}")
    if names is None and isinstance(table, Mapping):
        names = table.keys()
    return None if names is None or isinstance(table, str) else [str(name) for name in names]


def find_column(table: Any, name: str) -> Any:
    """Return the column of a table that `list_columns` calls `name`: names may be no strings."""
    names = getattr(table, "column_names", None)
    names = getattr(table, "columns", None) if names is None else names
    return table[next(key for key in (table if names is None else names) if str(key) == name)]


def list_values(values: object, what: str) -> list[Any]:
    """Return a list of the values of a column, list or array, as values of Python.

    Args:
        values: an iterable.
        what: what they are, for the error message.

    Raises:
        UserError: it is no iterable of values, such as one text alone.
    """
    tolist: Callable[[], Any] | None = getattr(values, "tolist", None)
    if tolist is not None:  # arrays of NumPy and columns of pandas
        found = tolist()
        if isinstance(found, list):  # an array without dimensions has one value, and no list
            return found
    if isinstance(values, str | bytes) or tolist or not isinstance(values, Iterable):
        raise UserError(f"{what} must be a list, not {shortened(values)}")
    return list(values)
