"""Series of the user's own: tables with columns of numbers, and perhaps one of times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpora.errors import UserError, os_error
from corpora.notice import Notice, silent
from corpora.series.series import Floats, Series
from corpora.series.times import Times, parse_times
from corpora.tables import READERS, Table, list_names

MISSING = frozenset({"", ".", "-", "na", "n/a", "nan", "null", "none"})
"""What stands in a cell without a number, in lower case."""
TIME_NAMES = ("time", "date", "datetime", "timestamp", "ds", "year", "month", "day", "t")
"""Names of columns that hold times, unless the user names another one."""


def read_series(
    path: Path,
    *,
    name: str | None = None,
    suffix: str | None = None,
    columns: Sequence[str] = (),
    time: str | None = None,
    insert: bool = False,
    notice: Notice = silent,
) -> Series:
    """Read a table: .csv, .tsv, .json, .jsonl or .parquet. Missing numbers stay missing.

    Args:
        path: the table.
        name: names the series; by default the file does.
        suffix: tells the format; by default that of the file.
        columns: columns that must be numbers; see `take_table`.
        time: column with the times; see `take_table`.
        insert: whether rows are put in where times are left out, without a number.
        notice: told in one line if the times are not regular.

    Raises:
        UserError: the file cannot be read, has no such column, or a cell is not a number.
    """
    suffix = (suffix or path.suffix).lower()
    if suffix not in READERS:
        raise UserError(f"{path} is no table; its name must end in {', '.join(READERS)}")
    try:
        table = READERS[suffix](path, "utf-8")
    except OSError as error:
        raise os_error(error, path) from error
    return take_table(
        table,
        str(path),
        name=name or path.stem,
        columns=columns,
        time=time,
        insert=insert,
        notice=notice,
    )


def take_table(
    table: Table,
    where: str,
    *,
    name: str,
    columns: Sequence[str] = (),
    time: str | None = None,
    insert: bool = False,
    notice: Notice = silent,
) -> Series:
    """Return the series that the columns of a table hold. Missing numbers stay missing.

    Args:
        table: the table.
        where: says which table it is, in messages.
        name: names the series.
        columns: columns that must be numbers; by default all columns that are.
        time: column with the times; by default one that is called like one, if there is any.
        insert: whether rows are put in where times are left out, without a number.
        notice: told in one line if the times are not regular.

    Raises:
        UserError: there is no such column, or a cell is not a number.
    """
    if table[0] and not table[1](table[0][0]):
        raise UserError(f"{where} holds no row")
    clock = _choose_time(where, table[0], time)
    wanted = _check_columns(where, table[0], columns) or _find_numbers(table, clock)
    if not wanted:
        if len(others := [one for one in table[0] if one != clock]) == 1:
            _read_numbers(where, others[0], table[1](others[0]))  # says which cell is no number
        has = list_names(table[0]) or "none"
        raise UserError(f"{where} has no column of numbers; it has {has}")
    cells = [_read_numbers(where, column, table[1](column)) for column in wanted]
    values = np.stack(cells, axis=1)
    times = None
    labels: tuple[str, ...] | None = None
    if clock is not None:
        times = parse_times(table[1](clock), f"{where}, column {clock!r}")
        values, labels = _make_regular(where, values, times, insert, notice)
    return Series(name, tuple(wanted), values, ~np.isnan(values), labels)


def _choose_time(where: str, names: list[str], wanted: str | None) -> str | None:
    if wanted is not None:
        return _check_columns(where, names, [wanted])[0]
    spelled = {name.strip().casefold(): name for name in reversed(names)}
    return next((spelled[usual] for usual in TIME_NAMES if usual in spelled), None)


def _check_columns(where: str, names: list[str], wanted: Sequence[str]) -> list[str]:
    for name in wanted:
        if name not in names:
            raise UserError(f"{where} has no column {name!r}; it has {list_names(names)}")
        if names.count(name) > 1:
            raise UserError(f"{where} has more than one column {name!r}; rename all but one")
    return list(wanted)


def _find_numbers(table: Table, clock: str | None) -> list[str]:
    """Return the names of the columns that hold numbers alone, and at least one."""
    names, column = table
    found = []
    for name in dict.fromkeys(names):
        cells = [] if name == clock or names.count(name) > 1 else column(name)
        numbers = [_to_number(cell) for cell in cells if not _is_missing(cell)]
        if numbers and None not in numbers:
            found.append(name)
    return found


def _is_missing(cell: Any) -> bool:
    if isinstance(cell, float):
        return math.isnan(cell)
    return cell is None or (isinstance(cell, str) and cell.strip().casefold() in MISSING)


def _to_number(cell: Any) -> float | None:
    """Return a cell as a number; None if it is none that can be calculated with."""
    if isinstance(cell, bool):
        return None
    try:
        number = float(cell)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) <= 1e15 else None


def _read_numbers(where: str, name: str, cells: Sequence[Any]) -> Floats:
    """Return a column as numbers, (T,), with NaN where one is missing."""
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if _is_missing(cell):
            continue
        number = _to_number(cell)
        if number is None:
            shown = str(cell)[:40]
            hint = "; write numbers with a decimal point, as in 1200.5" if "," in shown else ""
            raise UserError(
                f"{where}, column {name!r}, row {row + 1:,}: {shown!r} is not a number{hint}"
            )
        values[row] = number
    return values


def _make_regular(
    where: str, values: Floats, times: Times, insert: bool, notice: Notice
) -> tuple[Floats, tuple[str, ...]]:
    """Return the values and times, with rows put in where times are left out, if that is wanted."""
    steps = times.count_steps()
    if steps is None:
        notice(
            f"the times of {where} are not regular ({times.describe()}); its rows are taken for "
            "equally far apart"
        )
        return values, times.labels
    left_out = int(steps.sum()) - len(steps)
    if not left_out:
        return values, times.labels
    if not insert:
        notice(
            f"{left_out:,} rows of {where} are left out ({times.describe()}); its rows are taken "
            "for equally far apart; --fill last or --fill linear puts them in"
        )
        return values, times.labels
    notice(f"{left_out:,} rows that {where} leaves out are put in ({times.describe()})")
    places = np.concatenate([[0], np.cumsum(steps)])
    whole = np.full((int(places[-1]) + 1, values.shape[1]), np.nan)
    whole[places] = values
    labels = [""] * len(whole)
    for place, label in zip(places.tolist(), times.labels, strict=True):
        labels[place] = label
    return whole, tuple(labels)
