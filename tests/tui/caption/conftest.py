"""The app with two captioners that need no training."""

from __future__ import annotations

from pathlib import Path

import pytest
from seers import NAMES, Seer
from shipped_names import ship

from charlm.runs.registry import CAPTIONER


@pytest.fixture
def captioners(at_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app two captioners."""
    ship(monkeypatch, tmp_path, CAPTIONER, NAMES, {})
    monkeypatch.setattr("tui.caption.pane.load_captioner", Seer)
