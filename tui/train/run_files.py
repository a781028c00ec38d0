"""Rename and delete runs, and note something down about them. This module uses no screen."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from charlm.runs.files import CONFIG, exists
from charlm.runs.registry import KINDS
from charlm.runs.run_folder import LONGEST_NAME
from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error
from tui.train.log import is_held
from tui.train.owner import read_kind
from tui.train.runs import LONGEST_NOTE, NOTE
from tui.visitors import allow


def rename_run(folder: Path, name: str) -> Path:
    """Give a run another name, beside its old place; return its new folder.

    Raises:
        UserError: the name cannot be, is taken, or the run is training.
    """
    check_own(folder)
    if not re.fullmatch(r"[\w.-]+(?: [\w.-]+)*", name) or name.startswith(".") or name == "..":
        raise UserError("the name of a run has letters, digits, hyphens, dots and single blanks")
    if len(name) > LONGEST_NAME:
        raise UserError(f"the name of a run has at most {LONGEST_NAME} characters")
    place = allow(folder.parent / name)
    if exists(place):
        raise UserError(f"there is {place} already; choose another name")
    try:
        return folder.rename(place)
    except OSError as error:
        raise os_error(error, folder, "rename") from error


def describe_size(folder: Path) -> str:
    """Return how many files a run has, and how large they are together."""
    sizes = [one.lstat().st_size for one in folder.rglob("*") if not one.is_dir()]
    total, unit = sum(sizes) / 1e6, "MB"
    if total < 1:
        total, unit = total * 1e3, "kB"
    return f"{len(sizes)} file{'s' * (len(sizes) != 1)}, {total:.3g} {unit}"


def delete_run(folder: Path) -> None:
    """Delete a run with all its files.

    Raises:
        UserError: it is training, is no run, or cannot be deleted.
    """
    check_own(folder)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise os_error(error, folder, "delete") from error


def write_note(folder: Path, note: str) -> None:
    """Note something down about a run; nothing removes the note.

    Raises:
        UserError: it cannot be written.
    """
    allow(folder)
    if note:
        write_atomic(folder / NOTE, f"{note[:LONGEST_NOTE]}\n".encode("utf-8", "replace"))
        return
    try:
        (folder / NOTE).unlink(missing_ok=True)
    except OSError as error:
        raise os_error(error, folder / NOTE, "remove") from error


def check_own(folder: Path) -> None:
    """Raise UserError unless a folder is a run that may be changed now."""
    allow(folder)
    if folder.is_symlink():
        raise UserError(f"{folder} is a link to a run elsewhere; it is left alone")
    if not exists(folder / CONFIG) or read_kind(folder) not in KINDS:
        raise UserError(f"{folder} is no run folder; it is left alone")
    if is_held(folder):
        raise UserError(f"{folder} is training; stop it first")
