"""Driving the app in tests."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import chain, repeat
from typing import Any

from textual.notifications import Notification
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from tui.app import CharlmApp
from tui.screens import Ask, Choose

Drive = Callable[[Pilot[None], Any], Awaitable[None]]


def run_app(drive: Drive, pane: str = "generate", size: tuple[int, int] = (100, 30)) -> CharlmApp:
    """Open the app at a pane, have `drive` press keys in it, and return it after its end."""

    async def run() -> CharlmApp:
        app = CharlmApp()
        app.state.pane = app.active = pane
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.pane is not None and app.focused is not None)
            await pilot.pause()
            await asyncio.wait_for(drive(pilot, app.pane), timeout=120)
        return app

    return asyncio.run(run())


async def until(pilot: Pilot[Any], holds: Callable[[], object], seconds: float = 30) -> None:
    """Wait until a condition holds, and the app has handled its messages."""
    await wait_until(holds, seconds, partial(pilot.pause, 0.02))


async def wait_until(
    holds: Callable[[], object],
    seconds: float = 60,
    pause: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Wait until a condition holds; a Pilot would also wait until the writing thread is idle."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} seconds this does not hold: {source_of(holds)}")
        await (pause() if pause is not None else asyncio.sleep(0.01))


def source_of(function: Callable[[], object]) -> str:
    """Return the source line of a lambda, or the name of another function."""
    if getattr(function, "__name__", "") != "<lambda>":
        return repr(function)
    return " ".join(inspect.getsource(function).split())


async def wait_for_note(pilot: Pilot[Any], seconds: float = 30) -> Notification:
    """Wait for a notification, the only one, and return it."""
    await until(pilot, lambda: len(pilot.app._notifications) > 0, seconds)
    (note,) = pilot.app._notifications
    return note


async def save_as(pilot: Pilot[Any], suffix: str, name: str | None = None) -> str:
    """Save what the pane shows as a kind of file, and wait until it is written.

    Args:
        pilot: presses the keys.
        suffix: the kind, by the ending of its files.
        name: name of the file; by default the one that is proposed.

    Returns:
        The name that was proposed.
    """
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
    pilot.app.screen.query_one(f"#{suffix}", Button).press()
    await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
    asked = pilot.app.screen.query_one(Input)
    proposed = asked.value
    asked.value = name or proposed
    await pilot.press("enter")
    note = await wait_for_note(pilot)
    assert note.message == f"written: {name or proposed}"
    return proposed


def read_line(pane: Any, selector: str) -> str:
    """Return what a line of the pane says."""
    return str(pane.query_one(selector, Static).content)


async def type_text(pilot: Pilot[Any], text: str) -> None:
    names = {" ": "space", ".": "full_stop", ",": "comma", "\n": "enter"}
    await pilot.press(*(names.get(character, character) for character in text))


def standing_clock() -> Callable[[], float]:
    """A clock that says that four seconds have passed since it was first asked."""
    times = chain([0.0], repeat(4.0))
    return lambda: next(times)
