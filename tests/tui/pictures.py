"""Make the pictures of the app that README shows: `python tests/tui/pictures.py [NAME ...]`.

The app runs with the shipped models and an empty state folder; the pane Train shows two trainings
on the sample corpus.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app_helpers import wait_until
from svg_shapes import draw_shapes
from textual.pilot import Pilot

from tui.app import CharlmApp
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper

PICTURES = Path(__file__).resolve().parents[2] / ".pictures"
NORMAL, WIDE = (120, 36), (200, 60)
QUIET = 2.0
"""Seconds without work after which a pane has settled."""

Drive = Callable[[Pilot[None], Any], Awaitable[None]]


async def settle(app: CharlmApp) -> None:
    """Wait until no thread works and no panel shows work, for a while."""
    quiet = 0.0
    while quiet < QUIET:
        await asyncio.sleep(0.1)
        works = any(worker.is_running for worker in app.workers)
        works = works or any(panel.work is not None for panel in app.query(Panel))
        quiet = 0.0 if works else quiet + 0.1


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys as a person would, and wait for what they do."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0.1)
    assert isinstance(pilot.app, CharlmApp)
    await settle(pilot.app)


async def generate(pilot: Pilot[None], pane: Any) -> None:
    await wait_until(lambda: len(pane.desk.view.text) > 300)  # the text of the first visit
    for name, value in (("seed", 980), ("length", 2000)):
        pane.query_one(f"#{name}", Stepper).value = value
    await press(pilot, "enter", "f9")
    pane.desk.view.focus()
    pane.desk.view.cursor = pane.desk.view.text.index("confirmations") + 3
    await settle(pilot.app)  # type: ignore[arg-type]


async def classify(pilot: Pilot[None], pane: Any) -> None:
    """Show a review that the model takes for the opposite of what it means."""
    await press(pilot, "f8", "f8", "f8")


async def translate(pilot: Pilot[None], pane: Any) -> None:
    await press(pilot, *["down"] * 4)  # from the command into the map


async def train(pilot: Pilot[None], pane: Any) -> None:
    """Draw both runs: a run that is not marked goes from the chart when the cursor leaves it."""
    await wait_until(lambda: len(pane.runs.by_name) == 2)
    pane.query_one("#runs RunsTable").focus()
    await press(pilot, "home", "space", "down", "space")
    assert len(pane.marks.letters) == 2


async def inside(pilot: Pilot[None], pane: Any) -> None:
    await generate(pilot, pane)
    await press(pilot, "f6")


async def forecast(pilot: Pilot[None], pane: Any) -> None:
    """Lay the best of the simple methods beside, from the second origin."""
    await wait_until(
        lambda: pane.study is not None and len(pane.verdicts) == len(pane.study.methods)
    )
    await press(pilot, "pagedown", "ctrl+l")


async def caption(pilot: Pilot[None], pane: Any) -> None:
    """Show where a word looks, in a scene of three shapes."""
    await wait_until(lambda: pane.said is not None)
    pane.kept.shapes = "3"
    pane.go_to_scene(1)
    await press(pilot, "right", "right", "right", "right")


@dataclass(frozen=True)
class Picture:
    """A picture: the pane that is opened, what is done there, and the size of the window."""

    pane: str
    drive: Drive
    size: tuple[int, int] = NORMAL


TAKEN = {
    "generate": Picture("generate", generate, WIDE),
    "classify": Picture("classify", classify),
    "translate": Picture("translate", translate),
    "train": Picture("train", train),
    "inside": Picture("generate", inside),
    "forecast": Picture("forecast", forecast),
    "caption": Picture("caption", caption),
}


def add_size(svg: str) -> str:
    """Return an SVG with width and height: without them a table on a web page may hide it."""
    return re.sub(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', r'\g<0> width="\1" height="\2"', svg, count=1)


def train_two() -> None:
    """Train two small models on the sample corpus."""
    common = ["-m", "charlm.train", "sample", "--preset", "tiny"]
    other = ["--num-layers", "1", "--learning-rate", "0.003", "--out", "runs/sample-slow"]
    for options in (["--out", "runs/sample"], other):
        command = [sys.executable, *common, *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


async def take(picture: Picture) -> str:
    """Return the screen of the app as an SVG."""
    app = CharlmApp()
    app.active = picture.pane
    async with app.run_test(size=picture.size) as pilot:
        await wait_until(lambda: app.pane is not None and app.focused is not None)
        await settle(app)
        await picture.drive(pilot, app.pane)
        return draw_shapes(add_size(app.export_screenshot(title="charlm")))


def main(names: list[str]) -> None:
    """Make the pictures of these names, or all."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CHARLM_STATE": f"{folder}/state", "CHARLM_CONFIG": f"{folder}/config"}
        os.chdir(folder)
        for name in names or TAKEN:
            if name == "train":
                train_two()
            svg = asyncio.run(take(TAKEN[name]))
            (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
            sys.stdout.write(f"written: {PICTURES / name}.svg\n")


if __name__ == "__main__":
    main(sys.argv[1:])
