"""The text on the screen, on its own: clicks on wide characters, and the wheel while it grows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from charlm.console.colors import STYLES
from tui.generate.text_view import TextView

Drive = Callable[[Pilot[None], TextView], Awaitable[None]]


class One(App[None]):
    """An app that is a text."""

    CSS = "TextView { overflow-x: hidden; overflow-y: scroll; }"

    def compose(self) -> ComposeResult:
        yield TextView(STYLES)


def run_view(drive: Drive) -> None:
    async def run() -> None:
        app = One()
        async with app.run_test(size=(40, 10)) as pilot:
            await drive(pilot, app.query_one(TextView))

    asyncio.run(run())


def show(view: TextView, text: str) -> None:
    view.show_text(text, bytes(len(text)), 0)


def test_a_click_goes_to_the_character_that_is_drawn_there() -> None:
    text = "ab日本語c\td\n日日ef"

    async def drive(pilot: Pilot[None], view: TextView) -> None:
        show(view, text)
        for line in range(2):
            column = 0
            start = view.lines.starts[line]
            for index in range(start, [text.index("\n"), len(text)][line]):
                for _ in range(2 if text[index] > "z" else 1):
                    await pilot.click(TextView, offset=(column, line))
                    assert view.cursor == index
                    column += 1
            await pilot.click(TextView, offset=(column + 5, line))
            assert view.cursor == [text.index("\n"), len(text)][line]

    run_view(drive)


def test_up_and_down_keep_the_column_of_cells() -> None:
    async def drive(pilot: Pilot[None], view: TextView) -> None:
        show(view, "日日日日\nabcdefgh")
        view.focus()
        view.cursor = 2
        await pilot.press("down")
        assert view.text[view.cursor] == "e"
        await pilot.press("up")
        assert view.cursor == 2

    run_view(drive)


def test_the_wheel_scrolls_back_while_the_text_grows() -> None:
    async def drive(pilot: Pilot[None], view: TextView) -> None:
        show(view, "a line\n" * 50)
        await pilot.pause()
        assert view.scroll_offset.y == view.max_scroll_y
        for _ in range(5):
            await pilot._post_mouse_events([MouseScrollUp], TextView)
            view.extend("another\n", bytes(8))
            await pilot.pause(0.05)
        await pilot.pause(0.3)
        place = view.scroll_offset.y
        assert place < view.max_scroll_y - 5
        assert view.cursor == len(view.text)
        view.extend("another\n" * 9, bytes(72))
        await pilot.pause(0.3)
        assert view.scroll_offset.y == place
        view.focus()
        await pilot.press("end")
        assert view.scroll_offset.y == view.max_scroll_y
        view.extend("another\n" * 9, bytes(72))
        await pilot.pause()
        assert view.scroll_offset.y == view.max_scroll_y

    run_view(drive)
