"""Every text can be read on its ground, in a dark and in a light theme."""

from __future__ import annotations

from typing import Any

import pytest
from app_helpers import run_app, until
from contrasts import contrast, find_contrasts
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from tui.tabs import TABS
from tui.themes import GROUNDS, LEAST, TEXTS, make_readable

SCREENS = {"f1": "VerticalScroll", "f10": "VerticalScroll"}
"""Keys that open a screen in front of the app, the same for all panes; what is looked at there."""
ROUNDING = 0.1
"""What a colour of a few bits may lack."""


@pytest.mark.wide(4)
@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("name", "key"), [*((tab.name, "") for tab in TABS), *(("translate", key) for key in SCREENS)]
)
def test_text_is_far_enough_from_its_ground(name: str, key: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        if key:
            await pilot.press(key)
            await until(
                pilot, lambda: pilot.app.screen.query(SCREENS[key]).first().region.height > 9
            )
        for theme in ("textual-dark", "textual-light"):
            pilot.app.theme = theme
            await pilot.pause(0.5)
            # Behind a screen everything is dimmed.
            front = pilot.app.screen.query(SCREENS[key]).first().region if key else None
            found = find_contrasts(pilot.app.export_screenshot(title="charlm"), front)
            assert len(found) > 10
            dim = {text: round(much, 2) for text, much in found.items() if much < LEAST - ROUNDING}
            assert dim == {}, theme

    run_app(drive, name, (120, 36))


@pytest.mark.parametrize("theme", [name for name, one in BUILTIN_THEMES.items() if not one.ansi])
def test_the_colours_of_text_are_far_enough_in_every_theme(theme: str) -> None:
    made = make_readable(BUILTIN_THEMES[theme].to_color_system().generate())
    for text in TEXTS:
        for ground in GROUNDS:
            pair = [Color.parse(made[name]).hex6 for name in (f"text-{text}", ground)]
            assert contrast(*pair) >= LEAST - ROUNDING
