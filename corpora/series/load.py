"""Series by the names that users give: a signal, a series that is known by name, or a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpora.errors import UserError
from corpora.known.download import Progress
from corpora.notice import Notice, silent
from corpora.series.known import KNOWN, load_known
from corpora.series.own import read_series, take_table
from corpora.series.series import Fill, Series
from corpora.series.signals import SIGNALS, make_signal
from corpora.tables import Table


def list_series() -> str:
    """Return the names of all signals and known series, for messages."""
    return ", ".join([*SIGNALS, *KNOWN])


def is_made(spec: str) -> bool:
    """Return whether `spec` names a signal, and no file that exists."""
    return spec in SIGNALS and not _exists(spec)


def load_series(
    spec: str | Table | Series,
    *,
    length: int = 4000,
    seed: int = 1,
    columns: Sequence[str] = (),
    time: str | None = None,
    fill: Fill = "none",
    progress: Progress | None = None,
    notice: Notice = silent,
) -> Series:
    """Return the series that `spec` names, without gaps. A file that exists is read first.

    Args:
        spec: a path, or a name that `list_series` lists; or what a Python program has, as a table
            or as a series.
        length: values of a signal.
        seed: seed of a signal.
        columns: the columns that are wanted, in this order; by default all columns of numbers.
        time: column of a table with its times; by default one that is called like one.
        fill: how missing values are filled; see `Series.fill`.
        progress: shows a download.
        notice: told what the user should know of the series.

    Raises:
        UserError: there is no such series, it cannot be read, or it has gaps and `fill` is none.
    """
    if isinstance(spec, Series):
        found = spec
    elif not isinstance(spec, str):
        found = take_table(
            spec,
            "the series",
            name="series",
            columns=columns,
            time=time,
            insert=fill != "none",
            notice=notice,
        )
    elif _exists(spec):
        found = read_series(
            Path(spec), columns=columns, time=time, insert=fill != "none", notice=notice
        )
    elif spec in SIGNALS:
        values = make_signal(spec, length, seed)
        found = Series(spec, SIGNALS[spec].columns, values, np.ones(values.shape, dtype=bool))
    elif spec in KNOWN:
        found = load_known(spec, insert=fill != "none", progress=progress, notice=notice)
    else:
        raise UserError(f"there is no file and no series {spec!r}; series are {list_series()}")
    whole = (found.select(columns) if columns else found).fill(fill)
    filled = int((~whole.known).sum())
    if filled:
        notice(
            f"{filled:,} of {whole.known.size:,} values of {whole.name} are filled; they are read, "
            "but no figure counts how well they are forecast"
        )
    return whole


def _exists(spec: str) -> bool:
    try:
        return Path(spec).exists()
    except (OSError, ValueError):
        return False
