"""Read paths that the user types, and write files that the user asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App

from charlm.console.program import format_name
from charlm.runs.files import exists
from corpora.atomic import write_atomic
from corpora.errors import UserError
from tui.screens import Ask, Choose
from tui.visitors import allow, is_served


def parse_path(typed: str) -> Path:
    """Return the path that was typed; `~` stands for the user's home folder.

    Where the app is served in a browser, `~` has no meaning, and the path is absolute.

    Raises:
        UserError: no such path can exist, or visitors may not use it.
    """
    if "\0" in typed:
        raise UserError("a file name cannot contain the character NUL")
    try:
        os.fsencode(typed)
    except UnicodeEncodeError as error:
        raise UserError(f"{typed}: a file name cannot contain this character") from error
    if is_served():
        return allow(Path(typed))
    try:
        return Path(typed).expanduser()
    except RuntimeError as error:
        raise UserError(f"{typed}: no such user") from error


async def save(app: App[Any], question: str, name: str, content: Callable[[], bytes]) -> None:
    """Ask for a file name, write the file, and report success or failure.

    If the file exists, ask before replacing it. No folder is made.

    Args:
        app: app that asks and reports; this must run in one of its workers.
        question: question that asks for the file name.
        name: file name that is proposed.
        content: returns the content; it is called only when the file is about to be written.
    """
    typed = await app.push_screen_wait(Ask(question, value=name))
    if typed is None:
        return
    shown = format_name(typed)
    try:
        path = parse_path(typed)
        _check_folder(path.parent)
        if exists(path):
            answers = {"over": "Replace it", "no": "Keep it"}
            if await app.push_screen_wait(Choose(f"{shown} exists already.", answers)) != "over":
                return
        write_atomic(path, content())
    except UserError as error:
        app.notify(str(error), severity="error", markup=False)
    else:
        app.notify(f"written: {shown}", markup=False)


def _check_folder(folder: Path) -> None:
    """Raise UserError if a folder does not exist: a slip of a key would make one."""
    if not exists(folder):
        raise UserError(f"there is no folder {format_name(str(folder))}")
