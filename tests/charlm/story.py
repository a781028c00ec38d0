"""Events of a training as a story to tell, and consoles to tell it to."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from charlm.training.events import (
    Evaluated,
    Event,
    Finished,
    Sampled,
    Saved,
    Started,
    Step,
)

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 [red]plain[/red] [/] [link=x]y[/link] :smile: \x9b2J"
    "\r\n\ttab 日本語テキスト e\u0301 \u202eback " + "long" * 60 + "\x00"
)
"""A sample that would take over a terminal, or the markup of the display, if it could."""


def started(step: int = 0, run: str = "runs/text") -> Started:
    return Started(
        run=run,
        step=step,
        total_steps=100,
        parameters=1234567,
        device="cpu",
        precision="bf16",
        unit="characters",
    )


def step_at(step: int, **changes: Any) -> Step:
    given = {
        "step": step,
        "epoch": step / 25,
        "train_loss": 1.5,
        "learning_rate": 0.004,
        "gradient_norm": 0.75,
        "clipped": 0.25,
        "units_per_second": 54321.0,
        "elapsed": float(step),
        "remaining": 100.0 - step,
    }
    return Step(**(given | changes))


def evaluated(step: int, loss: float = 1.25, *, best: bool = True) -> Evaluated:
    return Evaluated(
        step=step, epoch=step / 100, loss=loss, train_loss=1.5, best=best, metrics={"loss": loss}
    )


def finished(step: int, **changes: Any) -> Finished:
    given = {"step": step, "reason": "finished", "best_loss": 1.25, "elapsed": 3700.0}
    return Finished(**(given | {"clipped": 0.01} | changes))


STORY: list[Event] = [
    started(),
    step_at(10),
    evaluated(15),
    Sampled(step=15, text=HOSTILE),
    Saved(step=15, path="runs/text/last"),
    step_at(20, train_loss=1.4),
    step_at(30, train_loss=1.3),
    evaluated(30, 1.35, best=False),
    Sampled(step=30, text=HOSTILE),
    Saved(step=30, path="runs/text/last"),
    finished(30),
]


def console(width: int, *, terminal: bool) -> Console:
    """A console as a careless caller makes it: markup, emoji and highlighting are on."""
    return Console(
        file=io.StringIO(), width=width, force_terminal=terminal, record=True, legacy_windows=False
    )


def written_to(shown: Console) -> str:
    assert isinstance(shown.file, io.StringIO)
    return shown.file.getvalue()


def assert_harmless(shown: Console) -> None:
    """Nothing of the hostile sample acted: its markup is text, its escapes and controls are not."""
    raw, text = written_to(shown), shown.export_text(clear=False)
    assert "[red]plain[/red] [/] [link=x]y[/link] :smile:" in text
    assert not {"\x07", "\x9b", "\x00"} & set(raw)
    assert "\x1b]" not in raw
    assert "\x1b[31mred" not in raw
