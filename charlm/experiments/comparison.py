"""Comparisons of trainings: run in turn, resumed where they stopped, shown as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from charlm.console.extras import NO_PICTURES, can_draw
from charlm.console.program import notice
from charlm.runs.files import CONFIG, LAST, MODEL, exists, read_json, write_json
from charlm.runs.run_folder import RunFolder
from charlm.training.config import Config, LoopConfig, find_earlier
from charlm.training.log import read_events
from corpora.atomic import write_atomic
from corpora.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from charlm.console.interrupts import Interrupts
    from charlm.training.request import Hooks, Request
    from charlm.training.session import Training

Settings = Mapping[str, Config | Mapping[str, Any]]
"""Parts of a `config.json`, with the values that they must have."""


def run_in_turn(trainings: Iterable[Callable[[], int]], stop: Interrupts) -> int:
    """Run trainings one after the other, up to one that fails; return the exit code.

    Args:
        trainings: functions that train and return an exit code; they ask `stop`.
        stop: after a signal, the remaining trainings wait for another call of the same command.
    """
    for train in trainings:
        code = train()
        if stop.signal:
            notice("the same command goes on from here")
            return 128 + stop.signal
        if code:
            return code
    return 0


def train_to_end(request: Request, wanted: Settings, stop: Interrupts, console: Console) -> int:
    """Train in the folder `request.run`, or resume the run that is there; return the exit code.

    A run that diverged has ended: it is not trained again, and the comparison continues.

    Args:
        request: what to train, and where.
        wanted: settings of the run; see `check_settings`.
        stop: the interrupts that the training asks before every step.
        console: where to show the progress.

    Raises:
        UserError: the folder holds a run with other settings, or cannot be read.
    """
    from charlm.console.watch import watch
    from charlm.training.request import Hooks

    folder = request.run
    assert folder is not None
    check_settings(folder, wanted)
    if has_diverged(folder):
        notice(f"{folder} diverged; remove it to train it again")
        return 0
    with open_or_resume(request, wanted, Hooks(stop=stop, notice=notice)) as ready:
        code = watch(ready, stop, console=console)
    return 0 if has_diverged(folder) else code


def open_or_resume(
    request: Request, wanted: Settings, hooks: Hooks, **moved: Any
) -> AbstractContextManager[Training]:
    """Open a training in the folder `request.run`, or the training of the run that is there.

    A run that is there is resumed with the settings of `request` that may change.

    Args:
        request: what to train, and where.
        wanted: settings of the run; see `check_settings`.
        hooks: callbacks of the command.
        moved: where the data of the run that is there is now; see `Request.recorded`.

    Raises:
        UserError: the folder holds a run with other settings, or cannot be read.
    """
    from charlm.training import session

    folder = request.run
    assert folder is not None
    check_settings(folder, wanted)
    if exists(folder / LAST):
        changes = find_changes(folder, request.training)
        return session.resume(type(request), folder, changes=changes, hooks=hooks, **moved)
    if exists(folder / CONFIG) and not exists(folder / MODEL):
        # Killed before its first save: there is nothing to resume, and nothing to lose.
        with RunFolder(folder).locked():
            (folder / CONFIG).unlink()
    return session.start(request, hooks)


def check_settings(folder: Path, wanted: Settings) -> None:
    """Raise `UserError` if the run in `folder`, if there is one, has other settings than `wanted`.

    Only the fields that `wanted` names are compared, without those that may change when a run is
    resumed. A field that an older version of charlm did not record counts as its default.
    """
    from charlm.training.session import MAY_CHANGE

    for part, settings in wanted.items():
        if (found := _read_part(folder, part)) is None:
            return
        for name, value in _list_values(settings).items():
            if part == "training" and name in MAY_CHANGE:
                continue
            recorded = found.get(name, _list_defaults(settings).get(name))
            if recorded != value:
                raise UserError(
                    f"the run in {folder} has {name} {recorded!r}, not {value!r}; "
                    f"name another --out"
                )


def find_changes(folder: Path, training: LoopConfig) -> dict[str, Any]:
    """Return the fields of `training` that may change and that the run in `folder` has otherwise.

    Args:
        folder: a run folder; the result is empty if there is no run.
        training: the configuration that is wanted now.
    """
    from charlm.training.session import MAY_CHANGE

    found = _read_part(folder, "training") or {}
    values = training.to_json()
    return {name: values[name] for name in MAY_CHANGE & set(found) if found[name] != values[name]}


def has_diverged(folder: Path) -> bool:
    """Return whether the run in `folder` ended because its loss was no longer finite."""
    ends = [event for event in read_events(folder) if event.get("event") == "finished"]
    return bool(ends) and ends[-1].get("reason") == "diverged"


def _read_part(folder: Path, part: str) -> dict[str, Any] | None:
    """Return an object in the `config.json` of a run, an empty one if it lacks it; None: no run."""
    if not exists(folder / CONFIG):
        return None
    about = read_json(folder / CONFIG)
    found = about.get(part) if isinstance(about, dict) else None
    return found if isinstance(found, dict) else {}


def _list_values(settings: Config | Mapping[str, Any]) -> Mapping[str, Any]:
    return settings.to_json() if isinstance(settings, Config) else settings


def _list_defaults(settings: Config | Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields that later versions of charlm added mean in a run without them."""
    if not isinstance(settings, Config):
        return {}
    return find_earlier(type(settings))


Line = Sequence[str]
"""The cells of a line of a table."""


def make_table(headings: Line, lines: Iterable[Line]) -> Table:
    """Return a table for the terminal, with all columns but the first aligned to the right."""
    made = Table(box=None, pad_edge=False)
    for index, heading in enumerate(headings):
        made.add_column(heading, justify="right" if index else "left")
    for line in lines:
        made.add_row(*line)
    return made


def format_markdown(headings: Line, lines: Iterable[Line]) -> str:
    """Return a table in Markdown, with all columns but the first aligned to the right."""
    rows = [headings, ["---", *["---:"] * (len(headings) - 1)], *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def write_tables(
    folder: Path, name: str, headings: Line, lines: Iterable[Line], data: object
) -> None:
    """Write a table to NAME.md in `folder`, and `data`, the same figures, to NAME.json."""
    write_atomic(folder / f"{name}.md", format_markdown(headings, lines).encode())
    write_json(folder / f"{name}.json", data)


def describe_written(folder: Path, pictures: Sequence[str]) -> str:
    """Return the line about the files of a comparison, and about pictures that cannot be drawn.

    Args:
        folder: folder of the comparison.
        pictures: names of the pictures that belong to it.
    """
    drawn = pictures if can_draw() else []
    line = f"written: {', '.join([f'{folder}/compare.md', 'compare.json', *drawn])}"
    return line if len(drawn) == len(pictures) else f"{line}; no curves: {NO_PICTURES}"
