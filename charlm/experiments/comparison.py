"""What comparisons of several trainings share: going on where one was left, and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from charlm.console.program import notice
from charlm.runs.files import CONFIG, LAST, MODEL, exists, read_json, write_json
from charlm.runs.run_folder import RunFolder
from corpora.atomic import write_atomic
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.console.interrupts import Interrupts
    from charlm.training.request import Hooks, Request
    from charlm.training.session import Training

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
    request: Request, wanted: Settings, hooks: Hooks, **moved: Any
) -> AbstractContextManager[Training]:
    """Open a training in the folder `request.run`, or go on with the one that was left there.

    Args:
        request: what to train, and where.
        wanted: see `check_settings`.
        hooks: what the command is asked, told and shown.
        moved: where the data of a run that is there is now; see `Request.recorded`.

    Raises:
        UserError: the run that is there is another one, or cannot be read.
    """
    from charlm.training import session

    folder = request.run
    assert folder is not None
    check_settings(folder, wanted)
    if exists(folder / LAST):
        return session.resume(type(request), folder, hooks=hooks, **moved)
    if exists(folder / CONFIG) and not exists(folder / MODEL):
        # Killed before its first save: there is nothing to go on with, and nothing to lose.
        with RunFolder(folder).locked():
            (folder / CONFIG).unlink()
    return session.start(request, hooks)


def check_settings(folder: Path, wanted: Settings) -> None:
    """Raise `UserError` if the run in `folder`, if there is one, has other settings than `wanted`.

    Only the fields of its `config.json` that `wanted` names are compared.
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


def write_tables(
    folder: Path, name: str, headings: Line, lines: Iterable[Line], data: object
) -> None:
    """Write NAME.md, a table, and NAME.json, the same figures, into `folder`."""
    write_atomic(folder / f"{name}.md", markdown(headings, lines).encode())
    write_json(folder / f"{name}.json", data)
