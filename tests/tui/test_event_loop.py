"""The app takes keys at every moment: its event loop is never held for long.

Run alone: what other programs do on the machine counts as well.
"""

from __future__ import annotations

import asyncio
import csv
import time
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until, wait_until
from textual.pilot import Pilot

from charlm.runs import registry
from tui.widgets.stepper import Stepper

pytestmark = pytest.mark.slow

EVERY = 0.005
"""Seconds between two probes."""
LONGEST = 0.05
"""Seconds for which a key may wait."""
WATCHED = 15.0
"""Seconds for which the event loop is probed while the app works."""
SENTENCES = (
    "The story is slow and the ending comes out of nowhere.",
    "I laughed more than once, and the music is lovely.",
    "Two hours of talk, and nobody says a thing worth hearing.",
)


async def find_longest_gap(seconds: float) -> float:
    """Return the longest time between two turns of the event loop beyond that of the probe."""
    longest, end = 0.0, time.perf_counter() + seconds
    while (before := time.perf_counter()) < end:
        await asyncio.sleep(EVERY)
        longest = max(longest, time.perf_counter() - before - EVERY)
    return longest


@pytest.fixture(autouse=True)
def shipped(at_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app the models that ship."""
    monkeypatch.setattr(registry, "pretrained", registry_folder)


def registry_folder(package: str) -> Path:
    return Path(__file__).resolve().parents[2] / package / "pretrained"


def test_while_a_model_writes_as_fast_as_it_can() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None and not pane.desk.busy)
        for name in ("length", "pace"):
            pane.query_one(f"#{name}", Stepper).value = None
        await pilot.press("ctrl+r")
        await wait_until(lambda: pane.desk.author.writer.busy)
        longest = await find_longest_gap(WATCHED)
        print(f"writing: {1000 * longest:.0f} ms")  # noqa: T201  (for the closing note)
        assert pane.desk.author.writer.busy
        pane.desk.stop()
        assert longest < LONGEST

    run_app(drive, "generate", (120, 36))


def test_while_torch_is_loaded_and_a_table_is_read() -> None:
    with Path("reviews.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number in range(25_000):
            text = " ".join(SENTENCES[(number + at) % 3] for at in range(20))
            writer.writerow([text, "positive" if number % 2 else "negative"])

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        loading = await find_longest_gap(WATCHED)
        pane.open_file("reviews.csv")
        reading = await find_longest_gap(WATCHED)
        print(f"loading: {1000 * loading:.0f} ms, reading: {1000 * reading:.0f} ms")  # noqa: T201
        assert max(loading, reading) < LONGEST

    run_app(drive, "classify", (120, 36))
