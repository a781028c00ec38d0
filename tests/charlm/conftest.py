"""A tiny model."""

from pathlib import Path

import pytest
from tiny_models import write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with a tiny model in it, runs/tiny of the working folder."""
    return write_run(tmp_path / "work" / "runs" / "tiny")
