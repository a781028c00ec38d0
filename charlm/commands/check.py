"""`charlm check`: read every file of a model or a run, and go back to an older save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from charlm.console.options import SWITCH, Json
from charlm.console.program import notice, print_json, printable, stdout
from charlm.console.tables import print_table
from charlm.runs.files import CONFIG, LAST, METRICS, MODEL, PREVIOUS, VOCABULARY, exists, read_json
from charlm.runs.model_file import read_model
from charlm.runs.registry import find, find_kind
from charlm.runs.run_folder import RunFolder
from charlm.training.log import count_damaged
from corpora.errors import UserError

DAMAGED = 1
"""Exit code when a file is damaged."""


def check(
    run: Annotated[str, Parameter(help="A run folder, a model that ships or a model file.")],
    /,
    *,
    repair: Annotated[bool, SWITCH] = False,
    json: Json = False,
) -> int:
    """Read every file of a run or a model, and say which are damaged. Exit code 1: some are.

    Parameters
    ----------
    repair
        If the last save of a training is damaged, go back to the save before it, which is kept.
        What was trained between them is trained again by --resume.
    """
    path = find(run) if not exists(Path(run) / CONFIG) else Path(run)
    if repair and (path / METRICS).exists():
        _repair(RunFolder(path))
    found = _read_all(path)
    if json:
        print_json({"run": run, "files": found})
    else:
        _show(found)
    return DAMAGED if any(found.values()) else 0


def _repair(run: RunFolder) -> None:
    with run.locked():
        if _find_fault(lambda: run.load_last()):
            run.go_back()
            notice("went back to the save before the last one; --resume goes on from there")


def _read_all(path: Path) -> dict[str, str | None]:
    """Return for each file what is wrong with it; None if it is whole."""
    if not path.is_dir():
        return {path.name: _find_fault(lambda: _read_model(path))}
    run = RunFolder(path)
    readers: Mapping[str, Callable[[], object]] = {
        CONFIG: lambda: _read_config(run),
        VOCABULARY: lambda: _read_vocabulary(run),
        MODEL: lambda: _read_model(path),
        LAST: lambda: run.load_last(),
        PREVIOUS: lambda: run.load_last(PREVIOUS),
        METRICS: lambda: _read_log(run),
    }
    # A model that ships, or was exported, has no save and no log.
    always = {CONFIG, VOCABULARY}
    return {
        name: _find_fault(read)
        for name, read in readers.items()
        if name in always or exists(path / name)
    }


def _find_fault(read: Callable[[], object]) -> str | None:
    try:
        read()
    except UserError as error:
        return str(error)
    return None


def _read_config(run: RunFolder) -> None:
    about = run.read_config()
    find_kind(about["kind"], run.path).check_config(about.get("model"))


def _read_vocabulary(run: RunFolder) -> None:
    path = run.path / VOCABULARY
    read_json(path)
    kind = find_kind(run.read_config()["kind"], run.path)
    kind.read_symbols(path.read_text("utf-8"))


def _read_model(path: Path) -> None:
    file = read_model(path)
    kind = find_kind(file.kind, path)
    kind.check_config(file.config)
    kind.read_symbols(file.vocabulary)


def _read_log(run: RunFolder) -> None:
    lines, damaged = count_damaged(run.path)
    if damaged:
        raise UserError(f"{run.path / METRICS}: {damaged:,} of {lines:,} lines are damaged")


def _show(found: Mapping[str, str | None]) -> None:
    console = stdout()
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, fault in found.items():
        table.add_row(printable(name), Text("damaged", "red") if fault else Text("whole", "green"))
    print_table(console, table)
    for fault in found.values():
        if fault:
            console.print(printable(fault), style="red", soft_wrap=True)
