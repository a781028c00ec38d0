"""What the comparisons of several trainings share: going on where one was left, and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from charlm.checkpoint import CONFIG, LAST, exists, read_json
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.session import Training

Opened = AbstractContextManager["Training"]


def open_or_resume(
    folder: Path,
    wanted: Mapping[str, Mapping[str, Any]],
    start: Callable[[], Opened],
    resume: Callable[[], Opened],
) -> Opened:
    """Open a training in `folder`, or the one that was left there.

    Args:
        folder: of the run.
        wanted: what parts of its `config.json` must say, at least: that is checked on resuming.
        start: opens a new one.
        resume: opens the one that is there.

    Raises:
        UserError: the run that is there is another one, or cannot be read.
    """
    if not exists(folder / LAST):
        return start()
    about = read_json(folder / CONFIG)
    for part, fields in wanted.items():
        found = about.get(part) if isinstance(about, dict) else None
        for name, value in fields.items():
            if not isinstance(found, dict) or found.get(name) != value:
                was = found.get(name) if isinstance(found, dict) else None
                raise UserError(
                    f"the run in {folder} has {name} {was!r}, not {value!r}; name another --out"
                )
    return resume()


Line = Sequence[str]


def table(headings: Line, lines: Iterable[Line]) -> Table:
    """Return a table for the terminal, figures to the right."""
    made = Table(box=None, pad_edge=False)
    for index, heading in enumerate(headings):
        made.add_column(heading, justify="right" if index else "left")
    for line in lines:
        made.add_row(*line)
    return made


def markdown(headings: Line, lines: Iterable[Line]) -> str:
    """Return a table in Markdown, figures to the right."""
    rows = [headings, ["---", *["---:"] * (len(headings) - 1)], *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
