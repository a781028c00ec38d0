"""A tiny model, and a short text."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_models import write_run
from training_helpers import short_text


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with a tiny model in it, runs/tiny of the working folder."""
    return write_run(tmp_path / "work" / "runs" / "tiny")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """The file of a short text to train on."""
    return short_text(tmp_path)
