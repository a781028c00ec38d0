"""Paths are completed as they are typed, and begin where the settings say."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Input

from tui import settings
from tui.files import ask_path, find_completion, parse_path, save
from tui.screens import Ask


@pytest.fixture(autouse=True)
def folder() -> None:
    for name in ("texts/one.txt", "texts/only/two.txt", "texts/.hidden"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("a")


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("te", "texts/"),
        ("texts/on", "texts/one.txt"),
        ("texts/onl", "texts/only/"),
        ("texts/", "texts/one.txt"),
        ("texts/.", "texts/.hidden"),
        ("texts/none", None),
        ("nowhere/x", None),
        ("", None),
        ("a\0b/", None),
    ],
)
def test_a_path_is_completed(typed: str, completed: str | None) -> None:
    assert find_completion(typed) == completed
    if completed is not None:
        assert completed.startswith(typed)
        assert parse_path(completed).exists()


def test_a_question_for_a_file_begins_in_the_folder_of_the_settings_and_a_thread_writes() -> None:
    answers: list[str | None] = []
    threads: list[threading.Thread] = []

    def make() -> bytes:
        threads.append(threading.current_thread())
        return b"kept"

    async def ask(app: Any) -> None:
        answers.append(await ask_path(app, "Which file?"))
        await save(app, "To which file?", "new.txt", make)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app: Any = pilot.app
        app.use_settings(settings.Settings(folder="texts"))
        app.run_worker(ask(app))
        for _ in range(2):
            await until(pilot, lambda: isinstance(app.screen, Ask))
            field = app.screen.query_one(Input)
            assert field.value.startswith("texts/")
            if not answers:
                field.value = "texts/on"
                field.cursor_position = len(field.value)
                await until(pilot, lambda field=field: field._suggestion == "texts/one.txt")
                await pilot.press("right")
            await pilot.press("enter")
            await until(pilot, lambda field=field: not field.is_attached)
        await until(pilot, lambda: Path("texts/new.txt").exists())

    run_app(drive, "translate")
    assert answers == ["texts/one.txt"]
    assert Path("texts/new.txt").read_bytes() == b"kept"
    assert threading.main_thread() not in threads  # a slow disk does not hold the event loop
