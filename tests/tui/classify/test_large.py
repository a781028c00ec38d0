"""A table of 25,000 reviews: the screen answers all the time."""

from __future__ import annotations

import asyncio
import csv
import random
import time
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, type_text, until
from textual.pilot import Pilot

from tui.classify.pane import ClassifyPane

TOTAL = 25_000
LONGEST_GAP = 0.05
"""Longest time, in seconds, between two turns of the event loop."""
WORDS = ("a", "superb", "film", "dull", "and", "awful", "mess", "fine", "lovely", "waste", "story")


def write_table(path: str) -> None:
    draw = random.Random(7)
    with Path(path).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "text", "label"))
        for number in range(TOTAL):
            text = " ".join(draw.choices(WORDS, k=200))
            rows.writerow((number, text, draw.choice(("pos", "neg"))))


async def probe(gaps: list[tuple[float, str]], doing: list[str]) -> None:
    """Note how long each turn of the event loop takes, beyond 5 ms."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        gaps.append((now - last - 0.005, doing[-1]))
        last = now


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_screen_answers_while_a_large_table_is_read_sorted_and_filtered(stage: Any) -> None:
    write_table("large.csv")
    gaps: list[tuple[float, str]] = []
    doing = ["start"]

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.curve.curve is not None)
        watch = asyncio.create_task(probe(gaps, doing))
        doing.append("opening")
        pane.open_file("large.csv")
        table = pane.reviews.opened
        await until(pilot, lambda: len(table.results) > 0)
        doing.append("reading")
        table.focus()
        await pilot.press("s")
        await until(pilot, lambda: len(table.results) == TOTAL, 90)
        for _ in range(3):
            doing.append(f"sorting after {table.rows.sort}")
            await pilot.press("s")
        doing.append("choosing")
        await pilot.press("f", "f", "end", "pageup", "slash")
        doing.append("filtering")
        await type_text(pilot, "superb mess")
        doing.append("end")
        await pilot.pause(0.1)
        watch.cancel()
        assert len(table.rows) < TOTAL

    run_app(drive, "classify", size=(120, 36))
    worst = {what: max(gap for gap, own in gaps if own == what) for _, what in gaps}
    print({what: f"{1000 * gap:.0f} ms" for what, gap in worst.items()})  # noqa: T201  (seen with -s)
    assert max(worst.values()) < LONGEST_GAP, worst
