"""Where NO_COLOR is set, every theme can be read."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from tui import settings

LEAST_CONTRAST = 2.0
"""Least contrast of a text that is dimmed on purpose, such as a placeholder; 1 is none."""


def luminance(color: str) -> float:
    """Return the relative luminance of a colour such as #c5c8c6; see WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def find_contrasts(picture: str) -> dict[str, float]:
    """Return the contrast of each text of an exported screen with what lies behind it."""
    fills = dict(re.findall(r"\.(terminal-[\w-]+r\d+) {[^}]*fill: (#\w{6})", picture))
    behind = [
        (float(x), float(y), float(width), fill)
        for fill, x, y, width in re.findall(
            r'<rect fill="(#\w{6})" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', picture
        )
    ]
    (window,) = re.findall(r'<rect fill="(#\w{6})" stroke=', picture)
    found = {}
    for name, x, y, text in re.findall(
        r'<text class="(terminal-[\w-]+r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<', picture
    ):
        text = html.unescape(text)
        if not any(map(str.isalnum, text)):
            continue
        fits = [
            fill
            for left, top, width, fill in behind
            if left - 1 <= float(x) < left + width and top <= float(y) <= top + 24.4
        ]
        found[text] = contrast(fills[name], fits[-1] if fits else window)
    return found


ANSI = [name for name, theme in BUILTIN_THEMES.items() if theme.ansi]


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
