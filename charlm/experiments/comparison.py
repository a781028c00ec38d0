"""What comparisons of several trainings share: going on where one was left, and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from charlm.console.program import notice
from charlm.runs.files import CONFIG, LAST, MODEL, exists, read_json
from charlm.runs.run_folder import RunFolder
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.console.interrupts import Interrupts
    from charlm.training.session import Training

Opened = AbstractContextManager["Training"]
Settings = Mapping[str, Mapping[str, Any]]
"""What parts of a `config.json` must say, at least."""


def in_turn(trainings: Iterable[Callable[[], int]], stop: Interrupts) -> int:
    """Run trainings one after the other, up to one that fails; return the exit code.

    Args:
        trainings: each returns an exit code, and asks `stop`.
        stop: once it has been asked, the rest is left to another call of the same command.
    """
    for train in trainings:
        code = train()
        if stop.asked:
            notice("the same command goes on from here")
            return 128 + stop.asked
        if code:
            return code
    return 0


def open_or_resume(
    folder: Path, wanted: Settings, start: Callable[[], Opened], resume: Callable[[], Opened]
) -> Opened:
    """Open a training in `folder`, or the one that was left there.

    Args:
        folder: of the run.
        wanted: see `check_settings`.
        start: opens a new one.
        resume: opens the one that is there.

    Raises:
        UserError: the run that is there is another one, or cannot be read.
    """
    check_settings(folder, wanted)
    if exists(folder / LAST):
        return resume()
    if exists(folder / CONFIG) and not exists(folder / MODEL):
        # Killed before its first save: there is nothing to go on with, and nothing to lose.
        with RunFolder(folder).locked():
            (folder / CONFIG).unlink()
    return start()


def check_settings(folder: Path, wanted: Settings) -> None:
    """Raise `UserError` if the run in `folder`, if there is one, has other settings than `wanted`.

    So much of its `config.json` is compared as `wanted` holds.
    """
    if not exists(folder / CONFIG):
        return
    about = read_json(folder / CONFIG)
    for part, fields in wanted.items():
        found = about.get(part) if isinstance(about, dict) else None
        for name, value in fields.items():
            if not isinstance(found, dict) or found.get(name) != value:
                was = found.get(name) if isinstance(found, dict) else None
                raise UserError(
                    f"the run in {folder} has {name} {was!r}, not {value!r}; name another --out"
                )


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
