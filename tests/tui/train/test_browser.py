"""The data of a training can be chosen from a tree of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Input

from corpora.errors import UserError
from tui.browser import Browser, Files, find_folder, shorten_path
from tui.train.pane import TrainPane
from tui.visitors import FILES

SIZE = (120, 36)


@pytest.fixture(autouse=True)
def files() -> None:
    for name in ("texts/one.txt", "texts/two/three.txt", "texts/.hidden"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("a")


def list_shown(screen: Any) -> list[str]:
    return [str(node.label) for node in screen.query_one(Files).root.children]


def test_a_file_and_a_folder_are_taken_from_the_tree() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        app = pilot.app
        source = pane.query_one("#corpus", Input)
        await until(pilot, lambda: source.has_focus)
        source.value = "texts/nothing"
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, Browser) and list_shown(app.screen))
        assert list_shown(app.screen) == ["two", "one.txt"]
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: source.value == "texts/one.txt")
        assert pane.forms.current.source == "texts/one.txt"

        await pilot.click("#browse")
        await until(pilot, lambda: isinstance(app.screen, Browser) and list_shown(app.screen))
        await pilot.press("backspace")
        await until(pilot, lambda: "texts" in list_shown(app.screen))
        await pilot.press("home", *["down"] * (1 + list_shown(app.screen).index("texts")), "f")
        await until(pilot, lambda: source.value == "texts")

        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, Browser))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Browser))
        assert source.value == "texts"

    run_app(drive, "train", SIZE)


@pytest.mark.parametrize(
    ("typed", "folder"),
    [
        ("texts/one.txt", "texts"),
        ("texts/two/none/at/all", "texts/two"),
        ("sample", "."),
        ("", "."),
        ("x" * 300, "."),
        ("texts/a\0b", "texts"),
    ],
)
def test_the_tree_begins_at_the_folder_of_what_is_typed(typed: str, folder: str) -> None:
    found = find_folder(typed)
    assert found == Path(folder).resolve()
    assert shorten_path(found / "x") == str(Path(folder) / "x")


def test_visitors_see_their_folder_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILES, "")
    with pytest.raises(UserError, match="without files"):
        find_folder("texts")
    monkeypatch.setenv(FILES, str(Path("texts/two").resolve()))
    assert find_folder("../one.txt") == find_folder("/") == Path("texts/two").resolve()
