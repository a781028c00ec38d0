"""What is typed is on disk within a moment, whole, and the newest of it."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Input

from tui import settings, state
from tui.app import CharlmApp
from tui.pane import Pane
from tui.state import State, StateFile
from tui.tabs import TABS
from tui.widgets.top_bar import TopBar


def read_command() -> Any:
    path = state.find_folder() / state.FILE
    kept = json.loads(path.read_text()) if path.exists() else {"panes": {}}
    return kept["panes"].get("translate", {}).get("command")


@pytest.mark.parametrize("autosave", [True, False])
def test_a_change_is_kept_before_the_app_ends(autosave: bool) -> None:
    settings.save(settings.Settings(autosave=autosave))

    async def drive(pilot: Pilot[None], pane: Pane) -> None:
        pane.query_one("#command", Input).value = "walk twice"
        pane.remember()
        if autosave:
            await until(pilot, lambda: read_command() == "walk twice")
        else:
            await pilot.pause(1.5)
            assert read_command() is None
            await pilot.press("ctrl+q")
            await until(pilot, lambda: pilot.app._exit)
            assert read_command() == "walk twice"

    run_app(drive, "translate")


def test_the_newest_state_stays_whichever_thread_writes_last() -> None:
    file = StateFile()
    numbers = [file.number() for _ in range(40)]
    states = [State("train", {"generate": {"prompt": str(number)}}) for number in numbers]
    threads = [
        Thread(target=file.write, args=(one.encode(), number))
        for one, number in zip(reversed(states), reversed(numbers), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state.load() == states[-1]


def test_a_folder_that_cannot_be_written_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("CHARLM_STATE", str(Path("file/state").absolute()))

    async def drive(pilot: Pilot[None], pane: Pane) -> None:
        pane.remember()
        await pilot.pause(1)
        assert pilot.app._exception is None

    run_app(drive, "translate")


def test_the_first_line_says_what_the_active_pane_works_with() -> None:
    async def drive(pilot: Pilot[None], pane: Pane) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        bar = app.query_one(TopBar)
        pane.about = "a model [bold] · 3 layers"
        await until(pilot, lambda: pane.about in bar.render().plain)
        await pilot.press("f5")
        await until(pilot, lambda: bar.active == "train")
        assert "3 layers" not in bar.render().plain
        for width in (120, 80, 60, 40):
            await pilot.resize_terminal(width, 24)
            await until(pilot, lambda width=width: bar.size.width == width)
            for tab in TABS if width >= 60 else ():
                bar.active = tab.name
                line = bar.render().plain
                assert len(line) <= width
                assert f"▌{tab.title}" in line
                assert all(one.title in line or one.key.upper() in line for one in TABS)

    run_app(drive, "translate", (140, 36))
