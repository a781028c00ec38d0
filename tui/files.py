"""Read paths that the user types, and write files that the user asks for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from textual.app import App
from textual.suggester import Suggester

from charlm.console.program import format_name
from charlm.runs.files import exists
from corpora.atomic import write_atomic
from corpora.errors import UserError
from tui.screens import Ask, Choose
from tui.settings import Settings
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


def find_completion(typed: str) -> str | None:
    """Return the first path that begins with what was typed; a folder ends with a slash.

    Hidden files are offered only for a name that begins with a full stop.
    """
    beginning = typed.rpartition("/")[2]
    try:
        folder = parse_path(typed[: len(typed) - len(beginning)] or ".")
        with os.scandir(folder) as entries:
            found = sorted(
                (one.name, one.is_dir())
                for one in entries
                if one.name.startswith(beginning) and (beginning or not one.name.startswith("."))
            )
    except (OSError, UserError):
        return None
    if not found or not typed:
        return None
    name, is_folder = found[0]
    return f"{typed}{name[len(beginning) :]}{'/' if is_folder else ''}"


class SuggestPath(Suggester):
    """Completes the name of a file or a folder."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return a path that begins with `value`; a thread looks for it, since disks are slow."""
        return await asyncio.to_thread(find_completion, value)


@runtime_checkable
class HasSettings(Protocol):
    """An app that has settings."""

    settings: Settings


def begin_path(app: App[Any], name: str = "") -> str:
    """Return where a question for a file begins: the folder of the settings, and a name."""
    folder = app.settings.folder if isinstance(app, HasSettings) else ""
    return f"{folder.rstrip('/')}/{name}" if folder else name


async def ask_path(app: App[Any], question: str, placeholder: str = "") -> str | None:
    """Ask for a file or a folder; return what was typed, or None.

    Args:
        app: app that asks; this must run in one of its workers.
        question: the question.
        placeholder: an example of an answer.
    """
    asked = Ask(question, value=begin_path(app), placeholder=placeholder, suggester=SuggestPath())
    return await app.push_screen_wait(asked)


async def save(app: App[Any], question: str, name: str, content: Callable[[], bytes]) -> None:
    """Ask for a file name, write the file, and report success or failure.

    If the file exists, ask before replacing it. No folder is made. Threads look at the disk, make
    the content and write it.

    Args:
        app: app that asks and reports; this must run in one of its workers.
        question: question that asks for the file name.
        name: file name that is proposed.
        content: returns the content; a thread calls it, only when the file is about to be written.
    """
    asked = Ask(question, value=begin_path(app, name), suggester=SuggestPath())
    typed = await app.push_screen_wait(asked)
    if typed is None:
        return
    shown = format_name(typed)
    try:
        path = parse_path(typed)
        if await asyncio.to_thread(_is_there, path):
            answers = {"over": "Replace it", "no": "Keep it"}
            if await app.push_screen_wait(Choose(f"{shown} exists already.", answers)) != "over":
                return
        await asyncio.to_thread(_write, path, content)
    except UserError as error:
        app.notify(str(error), severity="error", markup=False)
    else:
        app.notify(f"written: {shown}", markup=False)


def _is_there(path: Path) -> bool:
    """Return whether a file exists.

    Raises:
        UserError: its folder does not: a slip of a key would make one.
    """
    if not exists(path.parent):
        raise UserError(f"there is no folder {format_name(str(path.parent))}")
    return exists(path)


def _write(path: Path, content: Callable[[], bytes]) -> None:
    write_atomic(path, content())
