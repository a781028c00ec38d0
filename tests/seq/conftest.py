"""A classifier that has understood its few words."""

from pathlib import Path

import pytest
from review_helpers import understanding
from reviews import reviews


@pytest.fixture(scope="session")
def good_or_bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with a classifier that tells good from bad."""
    folder = tmp_path_factory.mktemp("good or bad")
    return understanding(folder, reviews(160), adversarial=0.0, learning_rate=0.03)
