"""Captions: what is shown of a picture that is not described yet."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from app_helpers import read_line, run_app, until, wait_for_note
from textual.pilot import Pilot

from tui.caption.pane import CaptionPane

pytestmark = pytest.mark.usefixtures("captioners")


def test_what_was_said_of_another_picture_is_not_said_of_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    get_model, go_on = CaptionPane.get_model, Event()
    go_on.set()

    def wait(pane: CaptionPane, *asked: Any) -> Any:
        go_on.wait(10)
        return get_model(pane, *asked)

    monkeypatch.setattr(CaptionPane, "get_model", wait)

    async def drive(pilot: Pilot[None], pane: CaptionPane) -> None:
        await until(pilot, lambda: pane.said and not pane.panel("caption").stale)
        before, judged = pane.subject, read_line(pane, "#truth-said")
        go_on.clear()
        await pilot.press("n")
        await until(pilot, lambda: pane.subject is not before)
        assert pane.panel("caption").stale
        assert pane.panel("captions").stale
        await pilot.press("right", "ctrl+s")
        note = await wait_for_note(pilot)
        assert note.message == "there is no caption yet"
        await pilot.press("escape")
        assert pane.place is None
        assert read_line(pane, "#truth-said") == judged  # dimmed, and of the picture before
        await pilot.press("n")  # another one still
        await pilot.pause()
        assert pane.panel("caption").stale
        go_on.set()
        await until(pilot, lambda: pane.said and not pane.panel("caption").stale)
        await pilot.press("right")
        await until(pilot, lambda: pane.place == 0)

    run_app(drive, "caption", (120, 40))
