"""Widgets that have the screen laid out only when there is a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from tui.widgets.caption import Caption
from tui.widgets.long_view import LongView


class Lines(LongView):
    """Numbered lines."""

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width)


class Room(App[None]):
    """A caption as high as its text, and what Textual has for that, above numbered lines."""

    CSS = "Static {height: auto} Lines {height: 1fr}"

    def compose(self) -> ComposeResult:
        """Lay out all three."""
        yield Static("one", id="usual", markup=False)
        yield Caption("one", markup=False)
        yield Lines()


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[Screen[object]]:
    """Return a list that grows whenever a screen is laid out."""
    found: list[Screen[object]] = []
    usual = Screen._refresh_layout

    def note(self: Screen[object], size: Size | None = None, scroll: bool = False) -> None:
        found.append(self)
        usual(self, size, scroll)

    monkeypatch.setattr(Screen, "_refresh_layout", note)
    return found


def run(drive: Callable[[Pilot[None], Caption, Lines], Awaitable[None]]) -> None:
    async def run_test() -> None:
        room = Room()
        async with room.run_test(size=(40, 12)) as pilot:
            await drive(pilot, room.query_one(Caption), room.query_one(Lines))

    asyncio.run(run_test())


def test_a_caption_takes_the_room_of_its_text_and_no_layout_for_the_same(
    layouts: list[Screen[object]],
) -> None:
    async def drive(pilot: Pilot[None], caption: Caption, lines: Lines) -> None:
        await pilot.pause()
        before = len(layouts)
        for text in ("one", "two", Content("two").stylize("red"), "two"):
            caption.update(text)
            await pilot.pause()
            assert str(caption.visual) == str(text)
        assert len(layouts) == before
        usual = pilot.app.query_one("#usual", Static)
        for text in ("a\nb", "word " * 20, "", "x"):
            caption.update(text)
            usual.update(text)
            await pilot.pause()
            assert caption.size == usual.size
            assert lines.size.height == 12 - 2 * caption.size.height
        assert len(layouts) > before

    run(drive)


def test_the_style_of_a_caption_changes_with_the_same_words() -> None:
    async def drive(pilot: Pilot[None], caption: Caption, _: Lines) -> None:
        caption.update(Content("one").stylize("red"))
        await pilot.pause()
        (segment, *_rest) = caption.render_line(0)
        assert segment.style is not None
        assert segment.style.color is not None
        assert segment.style.color.triplet == (255, 0, 0)

    run(drive)


def test_a_view_with_scrollbars_grows_without_a_layout_and_scrolls_to_its_end(
    layouts: list[Screen[object]],
) -> None:
    async def drive(pilot: Pilot[None], _: Caption, lines: Lines) -> None:
        lines.hold(Size(10, 3))
        await pilot.pause()
        assert not lines.show_vertical_scrollbar
        lines.hold(Size(10, 30))
        await pilot.pause()
        assert lines.show_vertical_scrollbar
        await pilot.pause()  # the screen is laid out for the scrollbar
        before = len(layouts)
        for count in range(31, 60):
            lines.hold(Size(10, count))
            await pilot.pause()
            assert lines.vertical_scrollbar.window_virtual_size == count
        assert len(layouts) == before
        lines.scroll_end(animate=False, immediate=True)
        await pilot.pause()
        assert lines.scroll_offset.y == 59 - lines.size.height
        lines.hold(Size(10, 20))
        await pilot.pause()
        assert lines.scroll_offset.y == 20 - lines.size.height
        lines.hold(Size(10, 3))
        await pilot.pause()
        assert (lines.scroll_offset.y, lines.show_vertical_scrollbar) == (0, False)

    run(drive)
