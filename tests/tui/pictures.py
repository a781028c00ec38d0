"""Make the pictures of the app that README shows: `python tests/tui/pictures.py`.

The app runs with the shipped models and an empty state folder; the pane Train shows a training on
the sample corpus.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from app_helpers import until
from textual.pilot import Pilot
from textual.widgets import TextArea

from tui.app import CharlmApp
from tui.generate.text_view import TextView
from tui.widgets.stepper import Stepper

PICTURES = Path(__file__).resolve().parents[2] / ".pictures"
SIZE = (104, 32)
REVIEW = (
    "A slow start, and a plot that we have all seen before. But the two leads are superb, the "
    "music is lovely, and by the end I had forgotten every complaint. Not perfect; still, one of "
    "the best evenings I had this year."
)


async def generate(pilot: Pilot[None], pane: Any) -> None:
    await until(pilot, lambda: pane.desk.author)
    pane.query_one("#seed", Stepper).value = 2
    pane.query_one("#temperature", Stepper).value = 0.6
    pane.query_one("#length", Stepper).value = 1000
    await pilot.press("enter", "f9")
    await until(pilot, lambda: not pane.desk.author.writer.busy)
    await pilot.pause(0.2)
    pane.query_one(TextView).cursor = len(pane.desk.author.manuscript) - 150


async def classify(pilot: Pilot[None], pane: Any) -> None:
    review = pane.query_one("#review", TextArea)
    for text in ("Two hours that I will never get back.", "I laughed, I cried.", REVIEW):
        review.text = text
        await until(
            pilot,
            lambda shown=text: shown in [one.text for one in pane.query_one("#table").results],
        )
    await until(pilot, lambda: "superb" in str(pane.query_one("#colored").content))


async def translate(pilot: Pilot[None], pane: Any) -> None:
    await until(pilot, lambda: pane.translations)
    await pilot.press("f6", "down", "down", "down", "right")


async def train(pilot: Pilot[None], pane: Any) -> None:
    await until(pilot, lambda: pane.chosen)


def add_size(svg: str) -> str:
    """Return an SVG with width and height: without them a table on a web page may hide it."""
    return re.sub(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', r'\g<0> width="\1" height="\2"', svg, count=1)


async def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CHARLM_STATE"] = f"{folder}/state"
        os.chdir(folder)
        trained = ["charlm.train", "sample", "--preset", "tiny", "--out", "runs/sample"]
        subprocess.run([sys.executable, "-m", *trained], check=True, stdout=subprocess.DEVNULL)
        for drive in (generate, classify, translate, train):
            app = CharlmApp()
            app.state.pane = drive.__name__
            async with app.run_test(size=SIZE) as pilot:
                await until(pilot, lambda app=app: app.pane is not None and app.focused)
                await pilot.pause(0.5)
                await drive(pilot, app.pane)
                await pilot.pause(1)
                picture = PICTURES / f"{drive.__name__}.svg"
                svg = add_size(app.export_screenshot(title="charlm"))
                picture.write_text(svg, encoding="utf-8")
    sys.stdout.write(f"written: {PICTURES}/*.svg\n")


if __name__ == "__main__":
    asyncio.run(main())
