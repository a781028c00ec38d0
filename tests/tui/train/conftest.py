"""The pane Train without the process that estimates, which would load torch in every test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filling import Started

from tui.train.estimate import Estimator
from tui.train.form import Form
from tui.train.process import Training

FOUND: dict[str, Any] = {
    "data": "87,505 chars · 74 symbols",
    "parameters": 148618,
    "unit": "characters",
    "steps": 68,
    "units": 69632,
    "speed": 24000.0,
}
"""What the process finds out about the first form."""


@pytest.fixture(autouse=True)
def estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every form estimated like the first one, at once."""

    def ask(self: Estimator, form: Form, *, measured: bool) -> dict[str, Any]:
        return FOUND

    monkeypatch.setattr(Estimator, "ask", ask)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The arguments of trainings that were started: nothing is trained."""
    found: Started = []

    class NoTraining(Training):
        def __init__(self, folder: Path, arguments: Any) -> None:
            self.folder, self.stopping = folder, False
            found.append([*arguments])

        running = property(lambda self: True)  # type: ignore[assignment]

        def stop(self) -> None:
            self.stopping = True

    monkeypatch.setattr("tui.train.owner.Training", NoTraining)
    return found
