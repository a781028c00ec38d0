from __future__ import annotations

import math

import pytest
from story import (
    HOSTILE,
    STORY,
    assert_harmless,
    console,
    finished,
    started,
    step_at,
    written_to,
)

from charlm.console.lines import PlainLines, drop_drawing, format_clock
from charlm.console.live import LiveDisplay
from charlm.training.events import (
    Sampled,
)


def test_plain_lines_tell_what_a_log_file_needs() -> None:
    shown = console(200, terminal=False)
    lines = PlainLines(shown)
    for event in STORY:
        lines(event)
    text = written_to(shown).splitlines()
    assert_harmless(shown)
    assert "\x1b" not in written_to(shown)
    assert len(text) == 9  # each event but the saves
    assert "1,234,567 parameters, cpu in bf16, 100 steps" in text[0]
    assert "step 10  pass 0.40  train 1.5000 nats, 2.164 bits" in text[1]
    assert "25% clipped" in text[1]
    assert "54,321 characters/s" in text[1]
    assert "1:30 left" in text[1]
    assert "best so far" in text[2]
    assert "best so far" not in text[6]
    assert "finished at step 30 after 1:01:40; best validation 1.2500 nats" in text[-1]


def test_a_line_is_never_broken_by_the_width_of_the_console() -> None:
    narrow = console(20, terminal=False)
    PlainLines(narrow)(Sampled(step=3, text=HOSTILE))
    assert len(written_to(narrow).splitlines()) == 1


def test_progress_is_a_line_every_few_seconds_of_training() -> None:
    shown = console(200, terminal=False)
    lines = PlainLines(shown)
    for step in range(1000):
        lines(step_at(step, elapsed=step / 10))
    assert len(written_to(shown).splitlines()) == 10


def test_a_run_that_never_evaluated_says_so() -> None:
    shown = console(200, terminal=False)
    PlainLines(shown)(finished(3, best_loss=math.inf, reason="interrupted"))
    assert "interrupted at step 3 after 1:01:40; best validation none yet" in written_to(shown)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (3599.6, "1:00:00"), (90061, "25:01:01")],
)
def test_times_are_told_as_clocks_do(seconds: float, text: str) -> None:
    assert format_clock(seconds) == text


def test_names_of_runs_are_not_markup_either() -> None:
    name = "runs/[red]x[/red] :smile: \x1b]0;title\x07"
    for terminal, sink in ((False, PlainLines), (True, LiveDisplay)):
        shown = console(200, terminal=terminal)
        sink(shown)(started(run=name))
        assert "runs/[red]x[/red] :smile:" in shown.export_text(clear=False)
        assert "\x1b]" not in written_to(shown)


def test_a_drawing_is_for_a_display_and_its_first_line_for_a_log() -> None:
    text = "off by 3\n ⠁⠂⡇\n └──┬"
    for terminal, sink in ((False, PlainLines), (True, LiveDisplay)):
        shown = console(200, terminal=terminal)
        display = sink(shown)
        display(Sampled(step=7, text=text))
        if isinstance(display, LiveDisplay):
            shown.print(display._view())
        assert "off by 3" in written_to(shown)
        assert ("⡇" in written_to(shown)) is terminal
    assert drop_drawing("one\ntwo") == "one\ntwo"
