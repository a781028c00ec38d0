"""Jump mode: a letter on each field moves the focus there."""

from __future__ import annotations

from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Label

from tui.jump import Jump, list_targets
from tui.tabs import TABS
from tui.widgets.workspace import Workspace

SIZES = [(80, 24), (120, 36)]


@pytest.mark.wide(3)
@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("size", SIZES, ids=["narrow", "wide"])
@pytest.mark.parametrize("name", [tab.name for tab in TABS])
def test_every_field_has_a_letter_that_goes_there(name: str, size: tuple[int, int]) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = pilot.app
        assert len(list_targets(pane)) > 1
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, Jump))
        assert isinstance(app.screen, Jump)
        targets = dict(app.screen.targets)
        marks = [*app.screen.query(Label)]
        await until(pilot, lambda: all(mark.region.area for mark in marks))
        assert len({mark.region.offset for mark in marks}) == len(targets)
        letter, (widget, tab) = [*targets.items()][-1]
        await pilot.press(letter)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        if tab:
            workspace = pane.query_one(Workspace)
            await until(pilot, lambda: workspace.shown == widget.id)
        else:
            await until(pilot, lambda: widget.has_focus)

    run_app(drive, name, size)


@pytest.mark.wide
@pytest.mark.parametrize("key", ["escape", "ctrl+g", "f12"])
def test_other_keys_go_back(key: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        before = pilot.app.focused
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, Jump))
        await pilot.press(key)
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await until(pilot, lambda: pilot.app.focused is before)

    run_app(drive, "translate")
