"""Panels side by side in a wide window, and as tabs in a narrow one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from app_helpers import until
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tui import app
from tui.app import CharlmApp
from tui.widgets.panel import Panel
from tui.widgets.work import BAR, Work
from tui.widgets.workspace import Workspace

NARROW, WIDE = (80, 24), (120, 36)


class Room(App[None]):
    """A workspace of four panels, without panes."""

    CSS_PATH = Path(app.__file__).with_name("app.tcss")
    CSS = "Workspace { grid-size: 2 2; }"
    HORIZONTAL_BREAKPOINTS = CharlmApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = CharlmApp.VERTICAL_BREAKPOINTS

    def compose(self) -> ComposeResult:
        with Workspace():
            yield Panel(Input(id="line"), title="Text [bold] of a stranger", id="text")
            yield Panel(Static("two"), title="Next character", tab="Next", id="next")
            yield Panel(Input(id="search"), title="Surprises", id="surprises")
            yield Panel(Static("four"), title="Inside", id="inside")


def drive(
    size: tuple[int, int], steps: Callable[[Pilot[None], Workspace], Awaitable[None]]
) -> None:
    async def run() -> None:
        async with Room().run_test(size=size) as pilot:
            await steps(pilot, pilot.app.query_one(Workspace))

    asyncio.run(run())


def list_shown(workspace: Workspace) -> list[str | None]:
    return [panel.id for panel in workspace.panels if panel.display and panel.size.height]


def read_strip(workspace: Workspace, panel: str) -> str:
    """Return the names of the tabs, as the top edge of a panel has them."""
    tabs = workspace.query_one(f"#{panel}", Panel).tabs
    assert tabs is not None
    return tabs.plain


def test_a_wide_window_shows_every_panel_and_its_title() -> None:
    async def steps(pilot: Pilot[None], workspace: Workspace) -> None:
        await until(pilot, lambda: len(list_shown(workspace)) == 4)
        titles = [str(panel.border_title) for panel in workspace.panels]
        assert titles[1:] == ["Next character", "Surprises", "Inside"]
        assert "[bold] of a stranger" in pilot.app.export_screenshot().replace("&#160;", " ")
        regions = [panel.region for panel in workspace.panels]
        assert sum(region.area for region in regions) == workspace.region.area

    drive(WIDE, steps)


def test_a_narrow_window_shows_the_main_panel_and_one_tab() -> None:
    async def steps(pilot: Pilot[None], workspace: Workspace) -> None:
        await until(pilot, lambda: list_shown(workspace) == ["text", "next"])
        text, below = workspace.panels[:2]
        await until(pilot, lambda: text.region.width == below.region.width == 80)
        assert text.region.height > below.region.height
        for number, name in ((2, "surprises"), (3, "inside"), (1, "next")):
            await pilot.press(f"alt+{number}")
            await until(pilot, lambda name=name: list_shown(workspace) == ["text", name])
            strip = read_strip(workspace, name)
            assert [tab in strip for tab in ("Next", "Surprises", "Inside")] == [True] * 3
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: len(list_shown(workspace)) == 4)

    drive(NARROW, steps)


def test_a_tab_can_be_clicked_and_takes_the_focus() -> None:
    async def steps(pilot: Pilot[None], workspace: Workspace) -> None:
        await until(pilot, lambda: list_shown(workspace) == ["text", "next"])
        await until(pilot, lambda: workspace.panels[1].region.width == NARROW[0])
        at = read_strip(workspace, "next").index("Surprises")
        await pilot.click("#next", offset=(at + 3, 0))
        await until(pilot, lambda: list_shown(workspace) == ["text", "surprises"])
        await pilot.press("alt+2")
        await until(pilot, lambda: pilot.app.focused is workspace.query_one("#search"))

    drive(NARROW, steps)


def test_keys_work_when_the_tab_with_the_focus_goes() -> None:
    async def steps(pilot: Pilot[None], workspace: Workspace) -> None:
        await until(pilot, lambda: list_shown(workspace) == ["text", "next"])
        await pilot.press("alt+2")
        await until(pilot, lambda: pilot.app.focused is workspace.query_one("#search"))
        await pilot.press("alt+3")  # nothing there takes the focus
        await until(pilot, lambda: pilot.app.focused is workspace.query_one("#line"))

    drive(NARROW, steps)


def test_a_panel_that_has_gone_leaves_no_tab() -> None:
    async def steps(pilot: Pilot[None], workspace: Workspace) -> None:
        await until(pilot, lambda: list_shown(workspace) == ["text", "next"])
        workspace.query_one("#next", Panel).add_class("-gone")
        workspace.arrange_tabs()
        await until(pilot, lambda: list_shown(workspace) == ["text", "surprises"])
        assert "Next" not in read_strip(workspace, "surprises")

    drive(NARROW, steps)


def test_work_is_silent_then_turns_then_tells_the_time_left() -> None:
    now = 0.0
    work = Work(lambda: now)
    work.report("reading", 10, 40)
    assert work.describe() == ""
    now = 0.5
    assert work.describe().endswith("reading 10 of 40")
    now = 10.0
    line = work.describe()
    assert line.endswith("25% · 0:30 left")
    assert line.count("━") == BAR // 4
    assert line.count("━") + line.count("╌") == BAR
    work.report("thinking")
    assert line != work.describe() != ""


@pytest.mark.parametrize("known", [True, False])
def test_a_panel_shows_work_in_its_foot_and_then_the_foot_again(known: bool) -> None:
    async def steps(pilot: Pilot[None], workspace: Workspace) -> None:
        panel = workspace.query_one("#next", Panel)
        panel.foot = "entropy 3.1 bits"
        assert str(panel.border_subtitle) == "entropy 3.1 bits"
        panel.show_work("counting", *((3, 9) if known else ()))
        await until(pilot, lambda: "counting" in str(panel.border_subtitle))
        assert ("3 of 9" in str(panel.border_subtitle)) is known
        panel.end_work()
        assert str(panel.border_subtitle) == "entropy 3.1 bits"

    drive(WIDE, steps)
