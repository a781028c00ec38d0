"""What the tests of commands share: quick trainings, options, and programs that get a signal."""

from __future__ import annotations

import os
import shlex
import signal
from typing import Any

import pytest

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
