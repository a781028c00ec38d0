"""Captions in its states, at four sizes, dark and light, looks like the pictures that are kept."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from app_helpers import until
from seers import Seer
from states import MINUTE, Look, Size, list_states, name_states
from textual.pilot import Pilot

from seq.caption.library import Caption
from tui.caption.pane import CaptionPane

pytestmark = pytest.mark.usefixtures("captioners")


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


STATES = name_states(show_first, show_finished, show_working, show_error)


@pytest.fixture(autouse=True)
def standing(state: str, going: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the state "working", have a captioner that waits for the event."""
    described = Seer.describe

    def wait(self: Seer, picture: Any, *, width: int = 1) -> list[Caption]:
        going.wait(MINUTE)
        return described(self, picture, width=width)

    if state == "working":
        monkeypatch.setattr(Seer, "describe", wait)


@list_states(STATES)
def test_the_pane_looks_as_it_did(state: str, size: Size, theme: str, look: Look) -> None:
    look("caption", state, STATES[state], size, theme)
