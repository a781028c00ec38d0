"""Every pane, at two sizes and in two themes, looks like the picture that is kept.

What is shown does not come from trained models, whose figures differ between machines, but is
written down here and in `stand_ins`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from app_helpers import read_line, run_app, until
from stand_ins import Critic, Interpreter, WordContributions
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tui.generate.writer import Writer
from tui.widgets.stepper import Stepper

Show = Callable[[Pilot[None], Any], Awaitable[None]]

REVIEW = "The plot is dull and the ending silly. The cast, though, is superb."
COMMAND = "jump around left"


async def show_generate(pilot: Pilot[None], pane: Any) -> None:
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#seed", Stepper).value = 5
    pane.query_one("#length", Stepper).value = 200
    pane.query_one("#prompt", Input).value = "It was "
    await pilot.press("enter", "f9")
    await until(pilot, lambda: "207 characters; ready" in read_line(pane, "#state"))
    pane.desk.view.cursor = 60


async def show_classify(pilot: Pilot[None], pane: Any) -> None:
    review = pane.query_one("#review", TextArea)
    review.cursor_blink = False
    review.text = REVIEW
    await until(pilot, lambda: "superb" in read_line(pane, "#colored"))
    await until(pilot, lambda: pane.query_one("#table").results)


async def show_translate(pilot: Pilot[None], pane: Any) -> None:
    pane.query_one("#command", Input).value = COMMAND
    await until(
        pilot, lambda: {one.command for one in pane.translations.values()} == {(*COMMAND.split(),)}
    )
    await pilot.press("f6", "down", "right")


async def show_train(pilot: Pilot[None], pane: Any) -> None:
    await until(pilot, lambda: pane.chosen is not None)


SHOWN: dict[str, Show] = {
    "generate": show_generate,
    "classify": show_classify,
    "translate": show_translate,
    "train": show_train,
}


def events() -> list[dict[str, Any]]:
    """Return the events of a training of 20 passes."""
    made: list[dict[str, Any]] = [
        {"event": "started", "parameters": 12345, "unit": "characters", "precision": "fp32"}
    ]
    for step in range(1, 101):
        epoch, loss = step / 5, 1.2 + 2 / step
        figures = {"units_per_second": 5000.0, "gradient_norm": 0.2 + 1 / step, "remaining": 60.0}
        made += [{"event": "step", "step": step, "epoch": epoch, "train_loss": loss, **figures}]
        if step % 10 == 0:
            made += [{"event": "evaluated", "step": step, "epoch": epoch, "loss": loss + 0.1}]
    made += [{"event": "sampled", "text": "It was said [bold]that[/] the \x1b[31mprince"}]
    return [*made, {"event": "finished", "reason": "finished"}]


@pytest.fixture(autouse=True)
def known(models: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the app use the stand-ins and the events above."""
    monkeypatch.setattr(Writer, "speed", 5000.0)
    monkeypatch.setattr("tui.classify.pane.load_classifier", lambda path: Critic())
    monkeypatch.setattr("seq.imdb.explain.explain", WordContributions)
    monkeypatch.setattr("tui.translate.pane.load_translator", Interpreter)
    run = Path("runs/tale")
    run.mkdir(parents=True)
    (run / "config.json").write_text(json.dumps({"kind": "charlm"}))
    (run / "metrics.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in events()))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SHOWN)
def test_a_pane_looks_as_it_did(
    name: str, size: tuple[int, int], theme: str, compare: Callable[[Pilot[None], str], Any]
) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pilot.app.theme = theme
        for field in pane.query(Input):
            field.cursor_blink = False
        await SHOWN[name](pilot, pane)
        await compare(pilot, f"{name}-{size[0]}x{size[1]}-{theme.removeprefix('textual-')}")

    run_app(drive, name, size)
