"""Captions in its states, at four sizes, dark and light, looks like the pictures that are kept."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from app_helpers import list_pictures, run_app, standing_clock, until
from seers import Seer
from textual.pilot import Pilot

from seq.caption.library import Caption
from tui.caption.pane import CaptionPane
from tui.widgets.work import Work

pytestmark = pytest.mark.usefixtures("captioners")

Show = Callable[[Pilot[None], CaptionPane], Awaitable[None]]
SIZES = [(60, 16), (80, 24), (120, 36), (200, 60)]
THEMES = ["textual-dark", "textual-light"]
MINUTE = 60.0


async def show_first(pilot: Pilot[None], pane: CaptionPane) -> None:
    """The scene of the first visit, and its caption."""
    await until(pilot, lambda: pane.said is not None and pane.panel("caption").work is None)


async def show_finished(pilot: Pilot[None], pane: CaptionPane) -> None:
    """A scene of three shapes, lit where a word looks."""
    await show_first(pilot, pane)
    pane.kept.shapes = "3"
    pane.go_to_scene(1)
    await until(pilot, lambda: pane.subject and pane.subject.scene
                and len(pane.subject.scene.shapes) == 3)  # fmt: skip
    await until(pilot, lambda: pane.said and len(pane.said.captions) > 3)
    await until(pilot, lambda: not pane.panel("caption").stale)
    await pilot.press("right", "right", "right")
    await until(pilot, lambda: pane.place == 2)


async def show_working(pilot: Pilot[None], pane: CaptionPane) -> None:
    """The captioner looks at a scene; a clock that stands says for how long."""
    await until(pilot, lambda: pane.subject is not None)
    await until(pilot, lambda: (work := pane.panel("caption").work) and "loading" in work.what)


async def show_error(pilot: Pilot[None], pane: CaptionPane) -> None:
    """A file that is no picture was opened; what is shown is dimmed."""
    await show_first(pilot, pane)
    Path("bad.png").write_text("no picture")
    pane.kept.path = "bad.png"
    pane.look()
    await until(pilot, lambda: pane.panel("caption").work is None and pilot.app._notifications)


STATES: dict[str, tuple[Show, list[tuple[int, int]]]] = {
    "first": (show_first, SIZES),
    "finished": (show_finished, SIZES),
    "working": (show_working, SIZES[1:3]),
    "error": (show_error, SIZES[1:3]),
}


@pytest.fixture
def going(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[threading.Event]:
    """Have a clock that stands, and a captioner that waits for the event."""
    monkeypatch.setattr("tui.widgets.panel.Work", lambda: Work(standing_clock()))
    going, described = threading.Event(), Seer.describe

    def wait(self: Seer, picture: Any, *, width: int = 1) -> list[Caption]:
        going.wait(MINUTE)
        return described(self, picture, width=width)

    if "working" in request.node.callspec.id:
        monkeypatch.setattr(Seer, "describe", wait)
    yield going
    going.set()


@pytest.mark.parametrize("theme", THEMES)
@list_pictures(STATES)
def test_the_pane_looks_as_it_did(
    state: str,
    size: tuple[int, int],
    theme: str,
    going: threading.Event,
    compare: Callable[[Pilot[None], str], Awaitable[None]],
) -> None:
    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        pilot.app.theme = theme
        show, _ = STATES[state]
        await show(pilot, pane)
        shown = f"{state}-{size[0]}x{size[1]}-{theme.removeprefix('textual-')}"
        try:
            await compare(pilot, f"caption-{shown}")
        finally:
            going.set()  # the app waits for its threads

    run_app(drive, "caption", size)
