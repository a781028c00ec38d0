"""The form that every result has: records for a table, a picture, and a view for notebooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from corpora.short_repr import ShortRepr

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

MOST_ROWS = 30
"""Rows of a table in a notebook; `to_frame` has them all."""

Record = Mapping[str, Any]
"""Figures under the names of the field: plain strings, numbers, lists and None."""


class Result(ShortRepr, ABC):
    """What a look inside has found."""

    @abstractmethod
    def records(self) -> list[dict[str, Any]]:
        """Return the figures as rows: `pandas.DataFrame(result.records())` is their table."""

    @abstractmethod
    def plot(self) -> Figure:
        """Return a picture of the figures."""

    def to_frame(self) -> DataFrame:
        """Return the records as a table of pandas."""
        from pandas import DataFrame

        return DataFrame(self.records())

    def _repr_html_(self) -> str:
        return table_html(self.records())


@dataclass(frozen=True)
class ModelResult(Result):
    """What a look inside one model has found."""

    model: str
    """Name of the model."""


def table_html(records: Sequence[Record]) -> str:
    """Return records as a table of HTML; whatever they hold is shown as text."""
    if not records:
        return "<p>nothing was found</p>"
    names = list(dict.fromkeys(name for record in records for name in record))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = [
        "<tr>"
        + "".join(f"<td>{escape(_format(record.get(name)))}</td>" for name in names)
        + "</tr>"
        for record in records[:MOST_ROWS]
    ]
    more = len(records) - MOST_ROWS
    note = f"<p>and {more:,} more rows: see to_frame()</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{note}"


def _format(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
