"""The pane Inside, in its states, sizes and themes, looks like the picture that is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from textual.widgets import Input

from corpora.errors import UserError
from tui.inside import opening
from tui.inside.reader import Reader
from tui.widgets.work import Work

Show = Callable[[Pilot[None], Any], Awaitable[None]]
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


async def compare_screen(
    pilot: Pilot[None], pane: Any, show: Show, name: str, theme: str, compare: Any
) -> None:
    pilot.app.theme = f"textual-{theme}"
    for field in pane.query(Input):
        field.cursor_blink = False
    await show(pilot, pane)
    await pilot.pause(0.2)
    size = pilot.app.size
    await compare(pilot, f"inside-{name}-{size.width}x{size.height}-{theme}")


SIZES = [(60, 16), (80, 24), (120, 36), (200, 60)]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("show", [show_first, show_finished], ids=["first", "finished"])
def test_it_looks_as_it_did(show: Show, size: tuple[int, int], theme: str, compare: Any) -> None:
    name = show.__name__.removeprefix("show_")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await compare_screen(pilot, pane, show, name, theme, compare)

    run_app(drive, "inside", size)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES[1:3], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("show", [show_working, show_error], ids=["working", "error"])
def test_work_and_errors_look_as_they_did(
    show: Show,
    size: tuple[int, int],
    theme: str,
    compare: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if show is show_working:
        monkeypatch.setattr(Reader, "_gather", lambda self, subject, place: self.show_work(
            "card", "reading characters", 40, 160,
        ))  # fmt: skip
        monkeypatch.setattr(Work, "describe", lambda self: f"⠋ {self.what} 40 of 160")
    else:

        def refuse(reading: Any, model: Any) -> None:
            raise UserError("the model does not know a character of this text")

        monkeypatch.setattr(opening, "open_subject", refuse)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        name = show.__name__.removeprefix("show_")
        await compare_screen(pilot, pane, show, name, theme, compare)

    run_app(drive, "inside", size)
