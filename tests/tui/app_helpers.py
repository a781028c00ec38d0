"""Driving the app in tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from tui.app import CharlmApp

Drive = Callable[[Pilot[None], Any], Awaitable[None]]


def driven(drive: Drive, pane: str = "generate", size: tuple[int, int] = (100, 30)) -> CharlmApp:
    """Open the app at a pane, have `drive` press keys in it, and return it after its end."""

    async def run() -> CharlmApp:
        app = CharlmApp()
        app.state.pane = pane
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.pane is not None and app.focused is not None)
            await pilot.pause()
            await asyncio.wait_for(drive(pilot, app.pane), timeout=120)
        return app

    return asyncio.run(run())


async def until(pilot: Pilot[Any], holds: Callable[[], bool], seconds: float = 12) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.02)):
        if holds():
            return
        await pilot.pause(0.02)
    raise AssertionError("it has not come to hold")


def said(pane: Any, selector: str) -> str:
    """What a line of the pane says."""
    return str(pane.query_one(selector, Static).content)


async def typed(pilot: Pilot[Any], text: str) -> None:
    """Type a text."""
    names = {" ": "space", ".": "full_stop", ",": "comma", "\n": "enter"}
    await pilot.press(*(names.get(character, character) for character in text))
