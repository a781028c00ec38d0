"""A forecaster that has looked at a few sines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from series_helpers import request
from training_helpers import start, trained


@pytest.fixture(scope="session")
def sines(once: Callable[..., Path]) -> Path:
    """A run folder."""
    folder = once("forecaster", lambda made: trained(start(request(made / "run", epochs=3))))
    return folder / "run"
