"""Files that the user names: asked for, and written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App

from charlm.runs.files import exists
from corpora.atomic import write_atomic
from corpora.errors import UserError
from tui.screens import Ask, Choose


def named(typed: str) -> Path:
    """Return the path that was typed, with `~` for the user's folder.

    Raises:
        UserError: there can be no such path.
    """
    if "\0" in typed:
        raise UserError("a file's name cannot hold the character NUL")
    try:
        return Path(typed).expanduser()
    except RuntimeError as error:
        raise UserError(f"{typed}: there is no such user") from error


async def save(app: App[Any], question: str, name: str, content: Callable[[], bytes]) -> None:
    """Ask for a file, and before writing over one that is there; write it; say how that went.

    Args:
        app: asks and tells. Call this from one of its workers.
        question: what to ask.
        name: is proposed.
        content: of the file, made once it is clear that it will be written.
    """
    typed = await app.push_screen_wait(Ask(question, value=name))
    if typed is None:
        return
    try:
        path = named(typed)
        if exists(path):
            answers = {"over": "Write over it", "no": "Leave it"}
            if await app.push_screen_wait(Choose(f"{typed} exists already.", answers)) != "over":
                return
        write_atomic(path, content())
    except UserError as error:
        app.notify(str(error), severity="error", markup=False)
    else:
        app.notify(f"written: {typed}", markup=False)
