"""The console script where no classifier ships, and one that has understood its few words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from review_helpers import understanding
from reviews import reviews

from seq.imdb import library


@pytest.fixture
def charlm(
    charlm: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Any]:
    """Call the console script; no model ships with it."""
    monkeypatch.setattr(library, "SHIPPED", tmp_path / "shipped by seq")
    return charlm


@pytest.fixture(scope="session")
def good_or_bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with a classifier that tells good from bad."""
    folder = tmp_path_factory.mktemp("good or bad")
    return understanding(folder, reviews(160), adversarial=0.0, learning_rate=0.03)
