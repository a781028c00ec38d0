"""A captioner that has looked at a few scenes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from scene_helpers import request
from training_helpers import start, trained


@pytest.fixture(scope="session")
def scenes(once: Callable[..., Path]) -> Path:
    """A run folder."""
    return once("captioner", lambda made: trained(start(request(made / "run")))) / "run"
