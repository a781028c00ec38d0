"""Questions about a run: its new name, a note, whether to delete it, how many more passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App

from charlm.console.program import format_name
from charlm.training.config import LoopConfig
from charlm.training.log import to_number
from corpora.errors import UserError
from tui.screens import Ask, Choose
from tui.train.run_files import check_own, delete_run, describe_size, rename_run, write_note
from tui.train.runs import Run
from tui.train.settings import read_settings


async def ask_new_name(app: App[Any], run: Run) -> Path | None:
    """Ask for another name of a run, and give it that; return its new folder, or None.

    Raises:
        UserError: it cannot have that name.
    """
    check_own(run.folder)
    name = run.folder.name
    typed = await app.push_screen_wait(Ask(f"A new name for {format_name(name)}", value=name))
    return None if typed in (None, name) else rename_run(run.folder, str(typed))


async def ask_note(app: App[Any], run: Run) -> bool:
    """Ask for a note about a run, and write it; return whether there is another one now.

    Raises:
        UserError: it cannot be written.
    """
    question = f"A note about {format_name(run.folder.name)}; - removes it"
    typed = await app.push_screen_wait(Ask(question, value=run.note))
    if typed is None or typed == run.note:
        return False
    write_note(run.folder, "" if typed == "-" else typed)
    return True


async def ask_to_delete(app: App[Any], run: Run) -> bool:
    """Ask whether to delete a run, and do so; return whether it is gone.

    Raises:
        UserError: it is training, or cannot be deleted.
    """
    check_own(run.folder)
    name = format_name(str(run.folder))
    question = f"Delete {name}, {describe_size(run.folder)}? Nothing brings it back."
    answers = {"keep": "Keep it", "delete": "Delete it"}
    if await app.push_screen_wait(Choose(question, answers)) != "delete":
        return False
    delete_run(run.folder)
    return True


async def ask_for_more(app: App[Any], run: Run) -> list[str] | None:
    """Ask how long a run that has ended is to go on; return options for its command, or None.

    Raises:
        UserError: what was typed is no such number, or not more than before.
    """
    reason = str(run.log.end.get("reason"))
    name = "max_minutes" if reason == "out of time" else "epochs"
    setting = next(one for one in read_settings(LoopConfig) if one.name == name)
    training = run.config.get("training")
    before = to_number(training.get(name)) if isinstance(training, dict) else None
    before = before or 1
    shown = f"{format_name(run.folder.name)}: {setting.label} in all"
    question = f"{shown}, {before:g} by now"
    if reason == "no improvement":
        question += "; it then goes on even if nothing improves"
    typed = await app.push_screen_wait(Ask(question, value=setting.format(2 * round(before))))
    if typed is None:
        return None
    value = setting.parse(typed)
    LoopConfig(**{name: value})
    if value <= before:
        raise UserError(f"{setting.label} must be more than {before:g}, which it has had")
    patience = ["--patience", "0"] if reason == "no improvement" else []
    return [*setting.write_options(value), *patience]
