"""How the panes look: each at two sizes and in two themes, beside a picture that is kept.

What is shown does not come from models that were trained, whose figures differ from one machine to
the next, but is written down here.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from app_helpers import driven, said, until
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

import tui.classify.pane as classify
import tui.translate.pane as translate
from corpora.scan.grammar import interpret
from seq.imdb.library import Prediction
from seq.scan.library import Translated
from tui.generate.writer import Writer
from tui.widgets.stepper import Stepper

Show = Callable[[Pilot[None], Any], Awaitable[None]]

REVIEW = "The plot is dull and the ending silly. The cast, though, is superb."
WORDS = {"dull": -0.9, "silly.": -0.5, "cast,": 0.3, "superb.": 1.0}
COMMAND = "jump around left"
SYMBOLS = ("I_JUMP", "I_LOOK", "I_RUN", "I_TURN_LEFT", "I_TURN_RIGHT", "I_WALK", "<end>")


class Critic:
    """Classifies by a list of words."""

    def classify(self, texts: list[str]) -> list[Prediction]:
        share = {"negative": 0.27, "positive": 0.73}
        return [Prediction("positive", share, len(text.split()), 1) for text in texts]


class Explained:
    """What `seq.imdb.explain` would say."""

    def __init__(self, classifier: Critic, text: str) -> None:
        self.text = text

    def pieces(self) -> list[tuple[str, float]]:
        return [(f"{word} ", WORDS.get(word, 0.0)) for word in self.text.split()]


class Interpreter:
    """Translates by the grammar, and looks at the words in turn."""

    def __init__(self, path: str) -> None:
        self.attends = path.endswith("look")

    def translate(self, command: str) -> list[Translated]:
        words, actions = tuple(command.split()), tuple(interpret(command))
        said = [*map(SYMBOLS.index, actions), len(SYMBOLS) - 1]
        shares = np.full((len(said), len(SYMBOLS)), 0.02)
        shares[range(len(said)), said] = 0.88
        places = np.arange(len(said))[:, None] % len(words)
        weights = np.where(np.arange(len(words)) == places, 0.7, 0.3 / (len(words) - 1))
        attention = weights if self.attends else None
        return [Translated(words, actions, True, -0.05, SYMBOLS, shares, attention)]


async def show_generate(pilot: Pilot[None], pane: Any) -> None:
    await until(pilot, lambda: pane.desk.author is not None)
    pane.query_one("#seed", Stepper).value = 5
    pane.query_one("#length", Stepper).value = 200
    pane.query_one("#prompt", Input).value = "It was "
    await pilot.press("enter", "f9")
    await until(pilot, lambda: "207 characters; ready" in said(pane, "#state"))
    pane.desk.view.cursor = 60


async def show_classify(pilot: Pilot[None], pane: Any) -> None:
    review = pane.query_one("#review", TextArea)
    review.cursor_blink = False
    review.text = REVIEW
    await until(pilot, lambda: "superb" in said(pane, "#colored"))
    await until(pilot, lambda: pane.query_one("#table").judged)


async def show_translate(pilot: Pilot[None], pane: Any) -> None:
    pane.query_one("#command", Input).value = COMMAND
    await until(pilot, lambda: {one.command for one in pane.said.values()} == {(*COMMAND.split(),)})
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
    """A training of 20 passes."""
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
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the app show what is written down here."""
    monkeypatch.setattr(Writer, "speed", 5000.0)
    monkeypatch.setattr(classify, "classifier", lambda path: Critic())
    monkeypatch.setattr("seq.imdb.explain.explain", Explained)
    monkeypatch.setattr(translate, "_translator", Interpreter)
    run = Path("runs/tale")
    run.mkdir(parents=True)
    (run / "config.json").write_text(json.dumps({"kind": "charlm"}))
    (run / "metrics.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in events()))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SHOWN)
def test_a_pane_looks_as_it_did(
    name: str, size: tuple[int, int], theme: str, compare: Callable[[str, str], None]
) -> None:
    screens = []

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pilot.app.theme = theme
        for field in pane.query(Input):
            field.cursor_blink = False
        await SHOWN[name](pilot, pane)
        await pilot.pause(0.6)
        screens.append(pilot.app.export_screenshot(title="charlm"))

    driven(drive, name, size)
    compare(screens[0], f"{name}-{size[0]}x{size[1]}-{theme.removeprefix('textual-')}")
