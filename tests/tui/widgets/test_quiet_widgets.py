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
from tui.widgets.panel import Panel


class Lines(LongView):
    """Lines that note which of them were drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y + self.scroll_offset.y)
        return Strip.blank(self.size.width)


class Framed(Panel):
    """A panel that notes which rows inside it were drawn."""

    def __init__(self) -> None:
        super().__init__(title="one")
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class Room(App[None]):
    """A caption as high as its text, and what Textual has for that, above numbered lines."""

    CSS = "Static {height: auto} Lines {height: 1fr}"

    def compose(self) -> ComposeResult:
        """Lay out all three."""
        yield Static("one", id="usual", markup=False)
        yield Caption("one", markup=False)
        yield Lines()


class OnePanel(App[None]):
    """A panel alone."""

    CSS = "Panel {border: round white; height: 1fr}"

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Framed()


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


def test_only_the_lines_that_have_changed_and_can_be_seen_are_drawn() -> None:
    async def drive(pilot: Pilot[None], _: Caption, lines: Lines) -> None:
        async def draw() -> list[int]:
            lines.drawn.clear()
            await pilot.pause()
            return sorted(set(lines.drawn))

        height = 20
        lines.hold(Size(10, height))
        await pilot.pause()
        await pilot.pause()  # the screen is laid out for the scrollbar
        shown = lines.size.height
        lines.hold(Size(10, height), 2)
        assert await draw() == list(range(2, shown))
        lines.draw_from(1, 1)
        assert await draw() == [1]
        lines.draw_from(shown)
        lines.draw_from(shown + 3, 2)
        assert await draw() == []
        lines.scroll_end(animate=False, immediate=True)
        await pilot.pause()
        lines.draw_from(height - shown - 2, 3)
        assert await draw() == [height - shown]
        lines.hold(Size(10, height), height - 1)
        assert await draw() == [height - 1]

    run(drive)


def test_another_text_of_its_border_draws_nothing_else_of_a_panel() -> None:
    async def drive() -> None:
        app = OnePanel()
        async with app.run_test(size=(30, 8)) as pilot:
            panel = app.query_one(Framed)
            panel.title, panel.foot = "two", "below"
            panel.refresh()
            await pilot.pause()
            assert panel.drawn
            panel.drawn.clear()
            panel.title, panel.foot = "three", "deep below"
            await pilot.pause()
            shown = [strip.text for strip in app.screen._compositor.render_strips()]
            assert "three" in shown[0]
            assert "deep below" in shown[-1]
            assert panel.drawn == []

    asyncio.run(drive())
