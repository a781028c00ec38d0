"""A small split of SCAN."""

from __future__ import annotations

import pytest
from commands_of_scan import put


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
