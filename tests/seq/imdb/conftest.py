"""Reviews to train on."""

from __future__ import annotations

from pathlib import Path

import pytest
from reviews import reviews, write_csv


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "own.csv", reviews(60))
