"""Columns are as wide as what stands in them, whenever they are drawn."""

from __future__ import annotations

import asyncio

from rich.text import Text
from textual.app import App, ComposeResult
from textual.geometry import Region

from tui.widgets.table import Table

LONG = "a large red circle above a small blue ring"


class Shown(App[None]):
    """A table of one column."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Table()


def test_rows_that_were_drawn_before_they_were_measured_are_drawn_again() -> None:
    async def drive() -> str:
        app = Shown()
        async with app.run_test(size=(80, 10)) as pilot:
            table = app.query_one(Table)
            table.add_column("a")
            for words in (4, 6, 10):
                table.clear()
                table.add_row(Text(" ".join(LONG.split()[:words]), no_wrap=True))
                table.render_lines(Region(0, 0, 80, 10))  # a frame comes before the app is idle
                await pilot.pause()
            return "\n".join(strip.text for strip in table.render_lines(Region(0, 0, 80, 10)))

    assert LONG in asyncio.run(drive())
