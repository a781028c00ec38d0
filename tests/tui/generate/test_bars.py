"""The likeliest characters as bars at several sizes, and colours that can be read."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult
from textual.color import Color

from charlm.console.colors import STYLES
from tui.generate.candidate_bars import CandidateBars, format_share
from tui.generate.prediction import Candidate
from tui.generate.scale import draw_legend, make_readable, pick_scale
from tui.themes import measure_contrast
from tui.widgets.bars import Bars

SHARES = (0.3, 0.2, 0.1, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.004)
CANDIDATES = [
    Candidate(symbol, at, share, 2 * share if at < 3 else 0.0)
    for at, (symbol, share) in enumerate(zip("e\n \t日xyz[w", SHARES, strict=True))
]


class One(App[None]):
    """An app that is the bars."""

    def __init__(self) -> None:
        super().__init__()
        self.clicked: list[int] = []

    def compose(self) -> ComposeResult:
        yield CandidateBars()

    def on_bars_clicked(self, event: Bars.Clicked) -> None:
        self.clicked.append(event.number)


def draw(size: tuple[int, int]) -> tuple[list[str], list[int]]:
    """Return the lines of the bars, and the candidate that each click takes."""

    async def run() -> tuple[list[str], list[int]]:
        app = One()
        async with app.run_test(size=size) as pilot:
            bars = app.query_one(CandidateBars)
            bars.show(CANDIDATES, 1, heading="as sampled, T 0.7", cut="top-k")
            await pilot.pause()
            for y in range(size[1]):
                await pilot.click(CandidateBars, offset=(2, y))
                await pilot.click(CandidateBars, offset=(size[0] - 3, y))
            return [bars.render_line(y).text for y in range(size[1])], app.clicked

    return asyncio.run(run())


def test_in_a_high_panel_each_has_a_line_with_two_bars() -> None:
    lines, clicked = draw((38, 13))
    assert lines[0].split()[0] == "model"
    assert lines[0].endswith("as sampled, T 0.7")
    assert "top-k cuts here" in lines[4]
    assert lines[2].startswith("▸2 ⏎  ")
    assert [line[1:2] for line in lines[1:4]] == ["1", "2", "3"]
    assert lines[1].split()[:3] == ["1", "e", "30%"]
    assert "60%" in lines[1]
    assert lines[1].count("█") > 2 * lines[3].count("█") > 0
    assert "<1%" in lines[11]
    assert "日" in lines[6]
    assert clicked == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]


def test_without_room_for_the_heading_and_the_cut_they_are_left_out() -> None:
    lines, clicked = draw((38, 10))
    assert [line[1:2] for line in lines] == [*"1234567890"]
    assert len(clicked) == 20
    lines, _ = draw((38, 11))
    assert "top-k" in lines[3]


@pytest.mark.parametrize(
    ("size", "columns"), [((74, 4), 3), ((56, 3), 2), ((20, 3), 1), ((74, 5), 2)]
)
def test_in_a_low_panel_they_stand_in_columns(size: tuple[int, int], columns: int) -> None:
    lines, clicked = draw(size)
    shown = min(10, columns * size[1])
    text = " ".join(lines)
    for at in range(shown):
        assert f"{'1234567890'[at]} " in text
    if columns > 1:
        assert "30%→60%" in lines[0]
        assert "10%→┄" in text
    assert clicked[0] == 0
    assert max(clicked) < 10
    assert all(len(line) <= size[0] for line in lines)


def test_shares_take_four_cells() -> None:
    shown = [format_share(share) for share in (0.0, 0.001, 0.01, 0.5, 1.0)]
    assert shown == ["  0%", " <1%", "  1%", " 50%", "100%"]


@pytest.mark.parametrize("ground", ["#121212", "#e0e0e0", "#000000", "#ffffff", "#002b36"])
def test_colours_can_be_read_on_every_ground(ground: str) -> None:
    behind = Color.parse(ground)
    scale = pick_scale(behind)
    assert len(scale) == len(STYLES)
    for style in scale:
        assert measure_contrast(Color.parse(style.split()[-1]), behind) >= 4.5
    assert scale[-1].startswith("bold")
    assert make_readable("dim", behind) == "dim"
    assert draw_legend(scale, narrow=True).plain.startswith("bits  <0.4")
