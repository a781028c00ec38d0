"""Writing texts in Generate, for tests of its parts."""

from __future__ import annotations

from app_helpers import until
from textual.pilot import Pilot

from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.widgets.stepper import Stepper


async def finish(pilot: Pilot[None], pane: GeneratePane) -> str:
    """Wait until nothing more is written; return the text on the screen."""
    author = pane.desk.author
    assert author is not None
    await until(
        pilot, lambda: not author.writer.busy and pane.desk.view.text == author.manuscript.text
    )
    return pane.desk.view.text


async def write(pilot: Pilot[None], pane: GeneratePane, length: int = 100, seed: int = 3) -> str:
    """Have the model write a text of a prompt and so many characters, and return all of it."""
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#length", Stepper).value = length
    pane.query_one("#seed", Stepper).value = seed
    pane.query_one(Prompt).value = "Once upon a time "
    pane.begin()
    return await finish(pilot, pane)
