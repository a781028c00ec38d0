"""Generate looks like the pictures that are kept, in its states, at four sizes and in two themes.

The texts come from tiny models with random weights: what trained ones write may differ by machine.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from app_helpers import run_app, until
from contrasts import find_contrasts
from textual.pilot import Pilot

from charlm.generation.tokens import Token
from tui import state
from tui.generate.inside_panel import InsidePanel
from tui.generate.manuscript import Manuscript
from tui.generate.next_panel import NextPanel
from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.generate.surprises_panel import SurprisesPanel
from tui.generate.writer import Writer
from tui.generate.writing_pane import FIRST_LENGTH
from tui.widgets.stepper import Stepper
from tui.widgets.workspace import Workspace

Show = Callable[[Pilot[None], GeneratePane], Awaitable[None]]
Compare = Callable[[Pilot[None], str], Awaitable[None]]

ALL = [(60, 16), (80, 24), (120, 36), (200, 60)]
TWO = ALL[1:3]
LEAST_CONTRAST = 4.4
"""4.5, less what a colour of a few bits may lack."""


@pytest.fixture(autouse=True)
def known(models: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a writer that always is as fast; and one that stops for the state "working"."""
    go_on = threading.Event()
    write = Manuscript.write

    def write_some(self: Manuscript, *values: Any, **options: Any) -> Iterator[Token]:
        for number, token in enumerate(write(self, *values, **options)):
            if options["length"] == 777 and number == 200:
                go_on.wait(60)
            yield token

    monkeypatch.setattr(Writer, "speed", 5000.0)
    monkeypatch.setattr(Manuscript, "write", write_some)
    yield
    go_on.set()


def is_up(pane: GeneratePane) -> bool:
    """Return whether no panel that can be seen is behind the text."""
    hidden = set() if pane.query_one(InsidePanel).display else {"inside"}
    return pane._behind <= hidden


async def settle(pilot: Pilot[None], pane: GeneratePane) -> None:
    """Wait until all panels show the text."""
    author = pane.desk.author
    assert author is not None
    await until(pilot, lambda: not pane.desk.busy and len(pane.desk.view.text))
    await until(pilot, lambda: pane.query_one(SurprisesPanel).surprises and is_up(pane))
    await until(pilot, lambda: pane.query_one(NextPanel).prediction is not None)


async def show_first(pilot: Pilot[None], pane: GeneratePane) -> None:
    await until(pilot, lambda: len(pane.desk.view.text) > FIRST_LENGTH)
    await settle(pilot, pane)


async def show_finished(pilot: Pilot[None], pane: GeneratePane) -> None:
    """Show a text that was rewritten, in colours, with the cursor in it, in step mode."""
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#seed", Stepper).value = 5
    pane.query_one("#length", Stepper).value = 300
    pane.query_one("#top_p", Stepper).value = 0.6
    pane.query_one(Prompt).value = "It was "
    pane.begin()
    await settle(pilot, pane)
    pane.query_one("#seed", Stepper).value = 6
    pane.desk.view.cursor = 150
    await pilot.press("f7", "f9")
    await settle(pilot, pane)
    pane.desk.view.cursor = 60
    await pilot.press("ctrl+t")
    panel = pane.query_one(NextPanel)
    await until(pilot, lambda: panel.title.startswith("At the cursor"))
    inside = pane.query_one(InsidePanel)
    if inside.display:
        await until(pilot, lambda: inside.trace is not None and inside.trace.window.cursor == 60)


async def show_working(pilot: Pilot[None], pane: GeneratePane) -> None:
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#seed", Stepper).value = 5
    pane.query_one("#length", Stepper).value = 777
    pane.begin()
    pane.query_one(Workspace).show_tab("next")
    text = len(pane.query_one(Prompt).value) + 200
    await until(pilot, lambda: len(pane.desk.view.text) == text)
    inside = pane.query_one(InsidePanel)
    if inside.display:
        await until(pilot, lambda: inside.trace is not None and inside.trace.window.end >= text - 1)
    words = pane.query_one(SurprisesPanel)
    await until(pilot, lambda: words.surprises and words.surprises[-1].bits and words.foot)
    await until(pilot, lambda: is_up(pane))


async def show_error(pilot: Pilot[None], pane: GeneratePane) -> None:
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one(Prompt).value = "It costs 5 \u20ac"
    await pilot.press("enter")
    await until(pilot, lambda: len(pilot.app._notifications))


async def show_compared(pilot: Pilot[None], pane: GeneratePane) -> None:
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#seed", Stepper).value = 5
    pane.query_one("#length", Stepper).value = 300
    pane.query_one(Prompt).value = "a b "
    await pilot.press("ctrl+l")
    await until(pilot, lambda: pane.beside.opinions)
    await pilot.press("d")
    await until(pilot, lambda: pane.beside.sides[1].view.colored)


STATES: dict[str, tuple[Show, list[tuple[int, int]]]] = {
    "first": (show_first, ALL),
    "finished": (show_finished, ALL),
    "working": (show_working, TWO),
    "error": (show_error, TWO),
    "compared": (show_compared, TWO),
}
SHOWN = [(name, size) for name, (_, sizes) in STATES.items() for size in sizes]


@pytest.mark.parametrize(
    ("name", "size"), SHOWN, ids=[f"{name}-{size[0]}x{size[1]}" for name, size in SHOWN]
)
def test_the_pane_looks_as_it_did(name: str, size: tuple[int, int], compare: Compare) -> None:
    if name == "first":
        (state.find_folder() / state.FILE).unlink()

    async def drive(pilot: Pilot[None], pane: GeneratePane) -> None:
        prompt = pane.query_one(Prompt)
        prompt.cursor_blink = False
        prompt._line_cache.clear()  # it may hold the line while the cursor was dark
        prompt.refresh()
        await STATES[name][0](pilot, pane)
        for theme in ("dark", "light"):
            pilot.app.theme = f"textual-{theme}"
            await pilot.pause(0.3)
            await compare(pilot, f"generate-{name}-{size[0]}x{size[1]}-{theme}")
            found = find_contrasts(pilot.app.export_screenshot(title="charlm"))
            assert {text: much for text, much in found.items() if much < LEAST_CONTRAST} == {}

    run_app(drive, size=size)
