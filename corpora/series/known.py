"""Series that are known by name: measured ones, from the mirror, the cache or the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corpora.known.catalog import Entry, Source
from corpora.known.download import Progress
from corpora.known.fetch import fetch_entry
from corpora.notice import Notice, silent
from corpora.series.own import read_series
from corpora.series.series import Series

REPOSITORY = (
    "https://raw.githubusercontent.com/statsmodels/statsmodels/v0.14.4/statsmodels/datasets"
)
"""Address of copies of the data sets, at a fixed version."""


@dataclass(frozen=True, kw_only=True)
class KnownSeries:
    """A series that was measured."""

    entry: Entry
    """Where it comes from: a table with commas."""
    target: str
    """Column that is forecast unless the user names another."""
    time: str
    """Column with the times."""


def _entry(name: str, title: str, sha256: str) -> Entry:
    return Entry(
        name=f"series_{name}",
        title=title,
        language="en",
        licence="public domain",
        sources=(
            Source(
                url=f"{REPOSITORY}/{name}/{name}.csv", mirror=f"series/{name}.csv", sha256=sha256
            ),
        ),
    )


KNOWN: Mapping[str, KnownSeries] = MappingProxyType(
    {
        "sunspots": KnownSeries(
            entry=_entry(
                "sunspots",
                "sunspot numbers by year, 1700–2008 (National Geophysical Data Center)",
                "f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b",
            ),
            target="SUNACTIVITY",
            time="YEAR",
        ),
        "co2": KnownSeries(
            entry=_entry(
                "co2",
                "carbon dioxide at Mauna Loa by week, 1958–2001 (Keeling and Whorf 2004)",
                "16695fa2786e53414e5a6b54767a3fdf5de99cfbc68617f69d1362d92776a92f",
            ),
            target="co2",
            time="date",
        ),
    }
)
"""The series by name."""


def load_known(
    name: str,
    *,
    insert: bool = False,
    progress: Progress | None = None,
    notice: Notice = silent,
) -> Series:
    """Return the series called `name`, with gaps where values are missing.

    Args:
        name: one of `KNOWN`.
        insert: whether rows are put in where times are left out; see `read_series`.
        progress: shows a download.
        notice: told what the user should know of it.

    Raises:
        UserError: the table is not the expected one.
        Unavailable: it is neither in the mirror nor in the cache and could not be downloaded.
    """
    known = KNOWN[name]
    path = fetch_entry(known.entry, progress=progress, notice=notice)
    return read_series(
        path,
        name=name,
        suffix=".csv",
        columns=[known.target],
        time=known.time,
        insert=insert,
        notice=notice,
    )
