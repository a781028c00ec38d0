"""A bench for the training loop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from training_bench import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # hundreds of saves; the disk is patient
    return Bench(tmp_path / "run")
