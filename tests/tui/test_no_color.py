"""Where NO_COLOR is set, every theme can be read."""

from __future__ import annotations

from typing import Any

import pytest
from app_helpers import run_app, until
from contrasts import find_contrasts
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from tui import settings

LEAST_CONTRAST = 2.0
"""Least contrast of a text that is dimmed on purpose, such as a placeholder; 1 is none."""


ANSI = [name for name, theme in BUILTIN_THEMES.items() if theme.ansi]


@pytest.mark.wide(2)
@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("pane", ["generate", "classify", "translate", "train"])
def test_text_can_be_read(pane: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        for theme in ("textual-light", *ANSI, "textual-dark", *ANSI):
            pilot.app.theme = theme
            await pilot.pause(0.3)
            await until(pilot, lambda: "Generate" in pilot.app.export_screenshot())
            found = find_contrasts(pilot.app.export_screenshot(title="charlm"))
            assert len(found) > 10
            assert {text: much for text, much in found.items() if much < LEAST_CONTRAST} == {}

    assert len(ANSI) > 1
    run_app(drive, pane)


@pytest.mark.wide
@pytest.mark.parametrize("theme", ANSI)
def test_text_can_be_read_in_the_theme_of_the_last_session(
    theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    settings.save(settings.Settings(theme=theme))

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert pilot.app.theme == theme
        found = find_contrasts(pilot.app.export_screenshot(title="charlm"))
        assert min(found.values()) >= LEAST_CONTRAST

    run_app(drive)
