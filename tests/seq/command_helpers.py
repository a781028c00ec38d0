"""What the tests of commands share: quick trainings, options, and programs that get a signal."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from training_helpers import result

QUICK: dict[str, Any] = {"warmup_steps": 2, "precision": "fp32", "device": "cpu"}
"""What every training of a blink is asked for."""


def flags(*configs: Any, **changes: Any) -> list[str]:
    """The options that ask for these configurations."""
    fields: dict[str, Any] = {}
    for config in configs:
        fields |= config.replace(changes).to_json()
    options = {name: f"--{name.replace('_', '-')}" for name in fields}
    switches = {True: "--", False: "--no-"}
    return [
        option.replace("--", switches[value])
        if isinstance(value := fields[name], bool)
        else f"{option}={value}"
        for name, option in options.items()
    ]


def signalled(monkeypatch: pytest.MonkeyPatch, task: type, step: int) -> None:
    """Send this process SIGINT while it makes that step of a training."""
    real, made = task.units, iter(range(10**9))  # type: ignore[attr-defined]

    def units(self: Any, batch: Any) -> int:
        if next(made) == step:
            os.kill(os.getpid(), signal.SIGINT)
        return int(real(self, batch))

    monkeypatch.setattr(task, "units", units)


def advised(out: str, what: str) -> list[str]:
    """The words of the command that is printed after `what`."""
    line = next(line for line in out.splitlines() if line.startswith(what))
    return shlex.split(line.removeprefix(what))


def assert_resumed_as_said(
    charlm: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    task: type,
    step: int,
    command: Sequence[str],
) -> None:
    """Run a training, stop it anew at a step, and resume it as it says: both end the same.

    Args:
        charlm: runs the command line.
        task: whose training the command begins.
        step: number of the step.
        command: words that begin the training, without --out.
    """
    assert charlm(*command, "--out", "whole").code == 0
    with monkeypatch.context() as patch:
        signalled(patch, task, step)
        ended = charlm(*command, "--out", "in two")
    assert ended.code == 130
    resume = advised(ended.out, "resume with: ")
    assert resume == ["charlm", *command[:2], "--resume", "in two"]
    assert charlm(*resume[1:]).code == 0
    assert result(Path("in two")) == result(Path("whole"))


def assert_not_trained_anew(
    charlm: Callable[..., Any], arguments: Sequence[str], size: tuple[int, int]
) -> None:
    """Run a comparison again: it trains nothing anew, and refuses models of another size.

    Args:
        charlm: runs the command line.
        arguments: words of the comparison, whose table was written into the folder `all`.
        size: the hidden size that the words ask for, and another one.
    """
    rows = json.loads(Path("all/compare.json").read_text())
    assert "±" in Path("all/compare.md").read_text(encoding="utf-8")
    before = {path: path.read_bytes() for path in Path("all").rglob("*.safetensors")}
    assert before
    assert json.loads(charlm(*arguments, "--json").out)["rows"] == rows
    assert {path: path.read_bytes() for path in before} == before
    asked, other = (f"--hidden-size={one}" for one in size)
    ended = charlm(*(word.replace(asked, other) for word in arguments))
    assert ended.code == 2
    assert f"has hidden_size {size[0]}, not {size[1]}" in ended.err
