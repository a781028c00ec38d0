from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from story import STORY, assert_harmless, console, started, written_to
from training_helpers import drawn

from charlm.console.lines import PlainLines
from charlm.console.live import LiveDisplay, draw_sparkline
from charlm.console.watch import display
from corpora.errors import UserError


@pytest.mark.parametrize("width", [80, 200])
def test_the_live_display_shows_the_figures_and_stays_within_its_width(width: int) -> None:
    shown = console(width, terminal=True)
    live = LiveDisplay(shown)
    with live.live:
        for event in STORY[:-1]:
            live(event)
            live.live.refresh()
        shown.export_text()  # forget what was shown on the way
        live.live.refresh()
        view = shown.export_text(clear=False)
        live(STORY[-1])
    assert_harmless(shown)
    for figure in (
        "1.3000 nats",  # training
        "1.3500 nats",  # newest validation
        "1.2500 at step 15",  # best
        "25% clipped",
        "54,321 characters/s",
        "30/100",
        "0:30 gone, 1:10 left",
        "sample at step 30",
        "日本語",
    ):
        assert figure in view
    assert max(cell_len(line) for line in view.splitlines()) <= width
    assert "finished at step 30" in shown.export_text()


@pytest.mark.parametrize("width", [1, 10, 40])
def test_a_narrow_terminal_breaks_nothing(width: int) -> None:
    shown = console(width, terminal=True)
    live = LiveDisplay(shown)
    with live.live:
        for event in STORY:
            live(event)


def test_the_display_is_live_on_terminals_only() -> None:
    for terminal, kind in ((True, LiveDisplay), (False, PlainLines)):
        with display(console(80, terminal=terminal)) as sink:
            assert isinstance(sink, kind)


def test_an_error_ends_the_live_display() -> None:
    shown = console(80, terminal=True)

    def fail() -> None:
        with display(shown) as sink:
            sink(started())
            raise UserError("the disk is full")

    with pytest.raises(UserError):
        fail()
    assert written_to(shown).endswith("\x1b[?25h")  # the cursor is back


@drawn
@given(st.lists(st.floats(0, 10), min_size=1, max_size=50), st.integers(1, 60))
def test_a_sparkline_has_a_bar_for_each_value_it_has_room_for(
    values: list[float], width: int
) -> None:
    line = draw_sparkline(values, width)
    shown = values[-width:]
    assert len(line) == len(shown)
    order = sorted(range(len(shown)), key=lambda index: shown[index])
    assert [line[index] for index in order] == sorted(line)
    if max(shown) > min(shown):
        assert {line[order[0]], line[order[-1]]} == {"▁", "█"}


def test_names_of_runs_stay_whole_in_a_narrow_terminal() -> None:
    shown = console(30, terminal=True)
    live, name = LiveDisplay(shown), "runs/a-long-name-" + "of-many-words-" * 9 + "end"
    with live.live:
        live(started(run=name))
        live(STORY[-1])
    assert name in shown.export_text()
