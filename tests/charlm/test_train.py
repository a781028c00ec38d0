"""`python -m charlm.train` as people call it."""

from __future__ import annotations

import itertools
import json
import math
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from refusals import refusals
from training_helpers import (
    MODEL_CONFIG,
    TRAINING_CONFIG,
    last_step,
    options,
    request,
    start,
    trained_until,
)

from charlm.config import ModelConfig, TrainingConfig
from charlm.runs.files import CONFIG
from charlm.runs.model_file import read_model
from charlm.task import LanguageModelling
from charlm.train import app
from corpora.errors import UserError


def command(*arguments: str | Path) -> Any:
    return app([*map(str, arguments)], result_action="return_value", exit_on_error=False)


def spoiled(step: int) -> Callable[..., torch.Tensor]:
    """A loss that is not finite from a step on."""
    real, count = LanguageModelling.loss, iter(range(10**6))

    def loss(self: LanguageModelling, *given: Any) -> torch.Tensor:
        return real(self, *given) * (math.nan if next(count) >= step else 1.0)

    return loss


def handlers() -> list[Any]:
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


def test_the_command_trains_and_tells(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = handlers()
    assert command(text, "--out", "a run", *options()) == 0
    assert handlers() == before
    out = capsys.readouterr().out
    assert "finished at step 66" in out
    assert "charlm generate 'a run'" in out
    assert "resume with" not in out
    told = json.loads(Path("a run", CONFIG).read_text())
    assert TrainingConfig.from_json(told["training"]) == TRAINING_CONFIG
    assert ModelConfig.from_json(told["model"]) == MODEL_CONFIG


def test_a_training_that_diverges_says_what_to_do_and_fails(
    text: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LanguageModelling, "loss", spoiled(20))
    assert command(text, "--out", "run", *options()) == 1
    out = capsys.readouterr().out
    assert "diverged" in out
    assert "a lower --learning-rate" in out
    assert read_model(Path("run"), "charlm").kind == "charlm"
    assert last_step(Path("run")) == 15


def signalled(monkeypatch: pytest.MonkeyPatch, numbers: list[int], step: int) -> None:
    """Send this process the signals, one after the other, while it makes that step."""
    real, made = LanguageModelling.units, itertools.count()

    def units(self: LanguageModelling, batch: Any) -> int:
        if next(made) == step:
            for number in numbers:
                os.kill(os.getpid(), number)
        return real(self, batch)

    monkeypatch.setattr(LanguageModelling, "units", units)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_sent_twice_at_once_ends_the_training_in_good_order(
    text: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = handlers()
    signalled(monkeypatch, [number, number], step=20)
    assert command(text, "--out", "run", *options()) == 128 + number
    assert handlers() == before
    assert "resume with: charlm train --resume run" in capsys.readouterr().out
    assert last_step(Path("run")) == 21


def test_a_later_signal_does_not_wait_for_the_save(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = handlers()
    monkeypatch.setattr("charlm.console.interrupts.PATIENCE_SECONDS", -1.0)
    signalled(monkeypatch, [signal.SIGINT, signal.SIGINT], step=20)
    monkeypatch.setattr(app, "suppress_keyboard_interrupt", False)
    with pytest.raises(KeyboardInterrupt):
        command(text, "--out", "run", *options())
    assert handlers() == before


@refusals(
    """
                                        | which text
    text --init-from run --num-layers 3 | --num-layers cannot change
    --resume run --out other            | leave out --out
    --resume run --preset large         | leave out --preset
    --resume run --encoding latin-1     | leave out --encoding
    --resume run --init-from other      | leave out --init-from
    --resume run --batch-size 7         | --batch-size cannot change
    --resume run --no-residual          | --residual cannot change
    --resume nowhere                    | nowhere is not a run folder
    text.txt --preset vast              | there is no preset 'vast'; presets are
    text.txt --hidden-size 0            | hidden_size must lie between
    """
)
def test_what_the_command_cannot_do_is_a_line(arguments: list[str], line: str) -> None:
    with pytest.raises(UserError, match=line):
        command(*arguments)
    assert not any(Path().iterdir())


def test_resuming_takes_what_may_change(text: Path) -> None:
    trained_until(5, start, request(text, Path("run")))
    free = ["--epochs", 1, "--patience", 3, "--save-seconds", 5, "--sample-length", 0]
    assert command("--resume", "run", *map(str, free)) == 0
    told = TrainingConfig.from_json(json.loads(Path("run", CONFIG).read_text())["training"])
    changed = {"epochs": 1, "patience": 3, "save_seconds": 5, "sample_length": 0}
    assert told == TRAINING_CONFIG.replace(changed)
    assert last_step(Path("run")) == 33
