"""Reviews as CSV, with the user's own columns. This module uses no screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from tui.classify.opinions import Opinion
from tui.classify.rows import Row

TYPED = ("text",)
"""Columns of reviews that were typed."""


def name_columns(own: Sequence[str], added: Sequence[str]) -> list[str]:
    """Return the names of the user's columns and of ours; one of ours that is taken gets a number.

    So a file that was written here before can be read and written again.
    """
    names = list(own)
    for name in added:
        taken, number = {one.casefold() for one in names}, 1
        while (new := name if number == 1 else f"{name}_{number}").casefold() in taken:
            number += 1
        names.append(new)
    return names


def write_csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return reviews as CSV: the user's columns, `predicted` and `probability`.

    With a second classifier, `second_predicted` and `second_probability` follow.

    Args:
        columns: names of the user's columns.
        rows: the reviews; `values` holds what the columns hold.
    """
    second = any(row.other is not None for row in rows)
    added = ["predicted", "probability"]
    if second:
        added += ["second_predicted", "second_probability"]
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(name_columns(columns, added))
    for row in rows:
        said = _format(row.opinion) + (_format(row.other) if second else ())
        lines.writerow((*row.values, *said))
    return out.getvalue().encode("utf-8", "replace")


def _format(opinion: Opinion | None) -> tuple[str | None, float | None]:
    return (None, None) if opinion is None else (opinion.label, opinion.probability)
