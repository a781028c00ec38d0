"""The pane Train without the process that estimates, which would load torch in every test."""

from __future__ import annotations

from typing import Any

import pytest

from tui.train.estimate import Estimator
from tui.train.form import Form

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
