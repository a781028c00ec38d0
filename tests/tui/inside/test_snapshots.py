"""The pane Inside, in its states, sizes and themes, looks like the picture that is kept."""

from __future__ import annotations

from typing import Any

import pytest
from app_helpers import until
from states import Look, Size, list_states, name_states
from textual.pilot import Pilot

from corpora.errors import UserError
from tui.inside import opening
from tui.inside.reader import Reader
from tui.widgets.work import Work

FREE = " He put the letter on the table, and went\nout to the horse."
HELD = ' He put the letter away, and "we shall see,\nyou and I," he said.'


async def show_first(pilot: Pilot[None], pane: Any) -> None:
    """What is seen at first, once it is read."""
    await until(pilot, lambda: pane.findings and pane.losses is not None)
    await until(pilot, lambda: pane.query_one("#find").ranking and not pane.first_visit)


async def show_finished(pilot: Pilot[None], pane: Any) -> None:
    """Pinned units, gates instead of cells, another step, and a text written on."""
    await show_first(pilot, pane)
    await pilot.press("p", "up", "p", "up", "f", "s", *["right"] * 5)
    await until(pilot, lambda: pane.place == 25 and pane.unit_map.quantity == "forget")
    pane.show_texts(FREE, HELD, "held 2.7.cell=1.2")
    pane.query_one("Workspace").show_tab("step")


async def show_working(pilot: Pilot[None], pane: Any) -> None:
    """The text is being read: the map is there, what is found on the text is not."""
    await until(pilot, lambda: pane.sight and pane.get_panel("card").work)


async def show_error(pilot: Pilot[None], pane: Any) -> None:
    """The model cannot read the text."""
    await until(pilot, lambda: str(pane.query_one("#trouble").content))


STATES = name_states(show_first, show_finished, show_working, show_error)


@pytest.fixture(autouse=True)
def standing(state: str, written: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have reading that stands for the state "working", and a text that is refused for "error"."""
    if state == "working":
        monkeypatch.setattr(Reader, "_gather", lambda self, subject, place: self.show_work(
            "card", "reading characters", 40, 160,
        ))  # fmt: skip
        monkeypatch.setattr(Work, "describe", lambda self: f"⠋ {self.what} 40 of 160")
    elif state == "error":

        def refuse(reading: Any, model: Any) -> None:
            raise UserError("the model does not know a character of this text")

        monkeypatch.setattr(opening, "open_subject", refuse)


@list_states(STATES)
def test_it_looks_as_it_did(state: str, size: Size, theme: str, look: Look) -> None:
    async def show_at_rest(pilot: Pilot[None], pane: Any) -> None:
        await STATES[state](pilot, pane)
        await pilot.pause(0.2)

    look("inside", state, show_at_rest, size, theme)
