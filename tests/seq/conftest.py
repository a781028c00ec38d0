"""A classifier that has understood its few words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from review_helpers import genres, understanding
from reviews import reviews


@pytest.fixture(scope="session")
def good_or_bad(once: Callable[..., Path]) -> Path:
    """A run folder with a classifier that tells good from bad."""

    def make(folder: Path) -> None:
        understanding(folder, reviews(160), adversarial=0.0, learning_rate=0.03)

    return once("good-or-bad", make) / "run"


@pytest.fixture(scope="session")
def crime_or_love_or_space(once: Callable[..., Path]) -> Path:
    """A run folder with a classifier of three classes."""

    def make(folder: Path) -> None:
        understanding(folder, genres(240), epochs=8, adversarial=0.0, learning_rate=0.03)

    return once("genres", make) / "run"
