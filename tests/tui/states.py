"""The states of a pane that are compared with pictures: which, at which sizes, in which themes."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest
from app_helpers import run_app
from textual.pilot import Pilot
from textual.widgets import Input

Size = tuple[int, int]
Show = Callable[[Pilot[None], Any], Awaitable[None]]
"""Brings a pane into a state."""
Compare = Callable[[Pilot[None], str], Awaitable[None]]
"""Compares the screen with the picture of a name."""
Look = Callable[[str, str, Show, Size, str], None]
"""Opens a pane, brings it into a state, and compares; see `open_and_compare`."""

SIZES: list[Size] = [(60, 16), (80, 24), (120, 36), (200, 60)]
COMMON = SIZES[1:3]
LARGE_STATES = ("first", "finished")
"""States that are compared at every size; the others are compared at the common ones."""
THEMES = ["textual-dark", "textual-light"]
MINUTE = 60.0


def name_states(*shows: Show) -> dict[str, Show]:
    """Return functions `show_finished` and so on by the name of their state."""
    return {show.__name__.removeprefix("show_"): show for show in shows}


def list_states(states: Iterable[str]) -> pytest.MarkDecorator:
    """Run a test for each state, size and theme; it takes `state`, `size` and `theme`."""
    cases = [
        pytest.param(state, size, theme, id=name_picture(state, size, theme))
        for state in states
        for size in (SIZES if state in LARGE_STATES else COMMON)
        for theme in THEMES
    ]
    return pytest.mark.parametrize(("state", "size", "theme"), cases)


def name_picture(state: str, size: Size, theme: str) -> str:
    return f"{state}-{size[0]}x{size[1]}-{theme.removeprefix('textual-')}"


def open_and_compare(compare: Compare, going: threading.Event) -> Look:
    """Make a `Look`; the event is set when all is compared, for the app waits for its threads."""

    def look(pane: str, state: str, show: Show, size: Size, theme: str) -> None:
        async def drive(pilot: Pilot[None], opened: Any) -> None:
            pilot.app.theme = theme
            for field in opened.query(Input):
                field.cursor_blink = False
            try:
                await show(pilot, opened)
                await compare(pilot, f"{pane}-{name_picture(state, size, theme)}")
            finally:
                going.set()

        run_app(drive, pane, size)

    return look
