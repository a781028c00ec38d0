"""Settings are read from a file, changed on a screen, and written so that nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Static

from corpora.errors import UserError
from tui import settings
from tui.app import CharlmApp
from tui.settings import Settings
from tui.settings_screen import SettingsScreen
from tui.widgets.choice import Choice
from tui.widgets.key_table import KeyTable


def write(text: str) -> None:
    settings.find_path().parent.mkdir(parents=True, exist_ok=True)
    settings.find_path().write_text(text, encoding="utf-8")


def test_without_a_file_there_are_the_defaults() -> None:
    assert settings.load() == Settings()


@pytest.mark.parametrize(
    "changed",
    [
        Settings(pace=40, wrap="re-flow", autosave=False),
        Settings(theme="nord", scale="marks", folder="texts"),
        Settings(keys={"run": "ctrl+e"}),
        Settings(),
    ],
)
def test_what_is_written_is_read_again(changed: Settings) -> None:
    write("pace = 7\n")
    settings.save(changed)
    assert settings.load() == changed


def test_comments_in_the_file_stay() -> None:
    write("# slow, to watch it\npace = 10\n\n[keys]\nrun = 'f12'  # my own\n")
    settings.save(Settings(pace=20, keys={"run": "ctrl+e"}))
    kept = settings.find_path().read_text()
    assert "# slow, to watch it" in kept
    assert settings.load().pace == 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pace = 0", "pace must lie between 1 and 10,000"),
        ("pace = 'fast'", "pace must be a whole number"),
        ("pace = true", "pace must be a whole number"),
        ("wrap = 'sideways'", "choose one of words, re-flow"),
        ("speed = 3", "choose one of theme"),
        ("[keys]\nfly = 'f9'", "choose one of run"),
        ("[keys]\nrun = 'ctrl+o'", "run and open have the same key"),
        ("[keys]\nrun = 'f3'", "Classify and run have the same key"),
        ("[keys]\nrun = 3", "must be the name of a key"),
        ("not TOML", ""),
    ],
)
def test_a_wrong_file_is_said_in_one_line_and_left_alone(text: str, said: str) -> None:
    write(text)
    with pytest.raises(UserError) as error:
        settings.load()
    assert said in str(error.value)
    assert "\n" not in str(error.value)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: len(pilot.app._notifications) > 0)
        pilot.app.theme = "nord"
        await pilot.press("f5")

    app = run_app(drive, "translate")
    assert app.settings.pace is None
    assert settings.find_path().read_text() == text


def test_a_key_of_the_user_does_what_the_old_one_did() -> None:
    write("[keys]\nhelp = 'ctrl+e'\n")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await pilot.press("f1")
        assert len(pilot.app.screen_stack) == 1
        await pilot.press("ctrl+e")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)

    run_app(drive, "translate")


def test_the_screen_changes_and_keeps_them() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        screen = app.screen
        screen.query_one("#wrap", Choice).value = "re-flow"
        screen.query_one(KeyTable).typed["run"] = "f1"
        await pilot.press("f10")
        await until(pilot, lambda: "same key" in str(screen.query_one("#wrong", Static).content))
        assert not settings.find_path().exists()
        screen.query_one(KeyTable).typed["run"] = "ctrl+e"
        await pilot.press("f10")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.settings == settings.load() == Settings(wrap="re-flow", keys={"run": "ctrl+e"})
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        app.screen.query_one("#wrap", Choice).value = "words"
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.settings.wrap == "re-flow"

    run_app(drive, "translate")


def test_another_key_is_typed_into_its_line() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        table = pilot.app.screen.query_one(KeyTable)
        table.focus()
        await until(pilot, lambda: table.has_focus)
        await pilot.press("down", "f", "9", "backspace", "2", "0")  # open
        await pilot.press("end", "x", "delete")  # quit, as it was
        assert table.changed == {"open": "f20"}
        await until(pilot, lambda: table.parent.scroll_offset.y > 0)  # the last line is in view
        region = table.parent.scrollable_content_region
        await until(pilot, lambda: region.y <= table.region.y + table.row < region.bottom)
        lines = [table.render_line(y).text for y in range(table.size.height)]
        assert len(lines) == len(table.typed)
        assert [line.split()[0] for line in lines] == [*table.typed]
        assert "f20" in lines[1]
        await pilot.press("f10")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert settings.load().keys == {"open": "f20"}

    run_app(drive, "translate", (80, 24))


def test_a_theme_that_is_chosen_stays() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pilot.app.theme = "nord"
        await until(pilot, lambda: settings.load().theme == "nord")

    run_app(drive, "translate")
    assert CharlmApp().settings.theme == "nord"
